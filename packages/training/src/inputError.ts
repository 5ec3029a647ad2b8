/** Bad usage or input: the message is one line that names what, where and the rule; commands end with exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
}
