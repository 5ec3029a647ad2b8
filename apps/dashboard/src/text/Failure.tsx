/** What went wrong, as the server says it. */
export function Failure({ message }: { readonly message: string }) {
  return (
    <p class="failure" role="alert">
      {message}
    </p>
  );
}
