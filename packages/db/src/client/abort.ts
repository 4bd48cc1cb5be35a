import { AbortedError, type DatabaseError, type DatabaseErrorDetails } from "../core/errors";

type Listener = () => void;

// One listener for each signal, as Node.js warns of many and a request makes many calls.
const listening = new WeakMap<AbortSignal, Set<Listener>>();

/** Calls `listener` when the signal is aborted; returns what stops that. */
function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let listeners = listening.get(signal);
  if (!listeners) {
    const made = new Set<Listener>();
    listeners = made;
    listening.set(signal, made);
    signal.addEventListener("abort", () => tellAll(made), { once: true });
  }
  const all = listeners.add(listener);
  return () => void all.delete(listener);
}

// A copy, as each of them leaves the set.
function tellAll(listeners: ReadonlySet<Listener>): void {
  for (const tell of [...listeners]) tell();
}

/** The error of a call that was aborted before anything of it was sent. */
export const abortedBefore = (details: DatabaseErrorDetails = {}): AbortedError =>
  new AbortedError("The call was aborted by its signal; nothing was sent", details);

/** The error of a statement that the server cancelled because its caller aborted it. */
export const abortedUnderWay = ({ sqlState, statement, outcome }: DatabaseError): AbortedError =>
  new AbortedError("The statement was cancelled on the server, because its signal was aborted", {
    sqlState,
    statement,
    outcome,
  });

/** Throws `AbortedError` when the signal is aborted already. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedBefore();
}

/**
 * A call that its caller may abort. While it waits, an abort ends the wait. Once it is sent, the server is asked to
 * cancel it, and the server's answer says what became of it: a statement that was complete by then has succeeded.
 */
export class Abortable {
  readonly #signal: AbortSignal;
  readonly #stop: () => void;
  #cancel: (() => void) | undefined;
  #leave: (() => void) | undefined;
  #isCancelled = false;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#stop = onAbort(signal, () => this.#abort());
  }

  get isAborted(): boolean {
    return this.#signal.aborted;
  }

  /** True once the server was asked to cancel: the request may arrive late, so that the connection serves nobody else. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** What ends the wait of a call that is not sent yet. */
  whileWaiting(leave: () => void): void {
    this.#leave = leave;
  }

  /** The call is sent; `cancel` asks the server to cancel it. A call that cannot be cancelled alone gives none. */
  sent(cancel?: () => void): void {
    this.#leave = undefined;
    this.#cancel = cancel;
  }

  /** The call has its answer. */
  ended(): void {
    this.#cancel = undefined;
    this.#leave = undefined;
    this.#stop();
  }

  #abort(): void {
    const leave = this.#leave;
    if (leave) {
      this.ended();
      leave();
    } else if (this.#cancel) {
      this.#isCancelled = true;
      this.#cancel();
    }
  }
}
