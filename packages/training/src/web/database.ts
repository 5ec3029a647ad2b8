/** The browser's database (IndexedDB) as promises: one table of values by keys. */
import { InputError } from "../inputError.ts";

/** The keys of the table: the name of a run, the number of a checkpoint. */
export type Key = readonly [run: string, number: number];

/** What is done in one transaction: all of it or nothing. */
export interface Table {
  get(key: Key): Promise<unknown>;
  put(key: Key, value: unknown): Promise<void>;
  delete(key: Key): Promise<void>;
  /** In order. */
  keys(): Promise<readonly Key[]>;
}

/** The database. */
export interface Database {
  /** @throws InputError where the browser refuses, such as for lack of room; nothing is changed then */
  transaction<T>(work: (table: Table) => Promise<T>): Promise<T>;
  close(): void;
}

/** Of IndexedDB what is used; declarations of this package name no host's types. */
interface Request<T> {
  readonly result: T;
  readonly error: Error | null;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface OpenRequest extends Request<Connection> {
  onupgradeneeded: (() => void) | null;
  onblocked: (() => void) | null;
}
interface ObjectStore {
  get(key: Key): Request<unknown>;
  put(value: unknown, key: Key): Request<unknown>;
  delete(key: Key): Request<unknown>;
  getAllKeys(): Request<readonly Key[]>;
}
interface Transaction {
  objectStore(name: string): ObjectStore;
  abort(): void;
  readonly error: Error | null;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}
interface Connection {
  createObjectStore(name: string): unknown;
  transaction(store: string, mode: "readwrite", options: { durability: "strict" }): Transaction;
  close(): void;
}
interface DatabaseScope {
  readonly indexedDB?: { open(name: string, version: number): OpenRequest };
}

const path = "the browser's database";
const table = "checkpoints";

/**
 * Opens the database of a name, and makes it if it is not there, then and when the browser has cleared it since.
 *
 * @throws InputError where the browser has or gives none
 */
export async function openDatabase(name: string): Promise<Database> {
  const { indexedDB } = globalThis as DatabaseScope;
  if (indexedDB === undefined) throw new InputError({ path, rule: "is missing: saved runs need IndexedDB" });
  const connect = (): Promise<Connection> => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table);
    return resultOf(request);
  };
  const begin = (on: Connection): Transaction => on.transaction(table, "readwrite", { durability: "strict" });
  let connection = await connect();
  let isClosed = false;
  return {
    async transaction(work) {
      if (isClosed) throw new InputError({ path, rule: "was closed" });
      let transaction: Transaction;
      try {
        transaction = begin(connection);
      } catch {
        // The browser ended the connection, as it does when the user clears the page's storage.
        connection = await connect();
        transaction = begin(connection);
      }
      return inTransaction(transaction, work);
    },
    close() {
      isClosed = true;
      connection.close();
    },
  };
}

async function inTransaction<T>(transaction: Transaction, work: (table: Table) => Promise<T>): Promise<T> {
  const completed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(cannot(transaction.error));
  });
  const store = transaction.objectStore(table);
  try {
    const result = await work({
      get: (key) => resultOf(store.get(key)),
      put: async (key, value) => void (await resultOf(store.put(value, key))),
      delete: async (key) => void (await resultOf(store.delete(key))),
      keys: () => resultOf(store.getAllKeys()),
    });
    await completed;
    return result;
  } catch (error) {
    completed.catch(() => {});
    try {
      transaction.abort();
    } catch {
      // It is over already.
    }
    throw error;
  }
}

function resultOf<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(cannot(request.error));
  });
}

function cannot(error: Error | null): InputError {
  const reason = error?.name === "QuotaExceededError" ? "no room is left for this page" : (error?.message ?? "aborted");
  return new InputError({ path, rule: `cannot be used (${reason})` });
}
