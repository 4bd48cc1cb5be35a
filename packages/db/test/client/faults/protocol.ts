/** What the application and the test that causes its faults say to each other, one JSON line each. */

/** Where the application works. */
export interface Setting {
  url: string;
  /** The same database through the proxy that cuts connections and falls silent. */
  proxyUrl?: string | undefined;
  tenantId: string;
  companyId: string;
  otherTenantId: string;
}

/** A fault that the test shall cause, or a fact of the server that it shall look up. */
export type Request =
  | { kill: number; when?: "idle" | "active" }
  | { untilStopped: number }
  | { cut: "commit" | "nothing" }
  | { network: "silent" | "passing" }
  | { disk: "data full" | "data free" | "log full" | "log free" }
  | { server: "stop" | "start" };

/** What an application sees of an error. */
export interface Seen {
  name: string;
  /** Whether it is one of the classes that @org/db exports. */
  typed: boolean;
  code?: string;
  sqlState?: string;
  outcome?: string;
  retryable?: boolean;
  message: string;
}

/** What a case found: errors by the call that met them (null when it succeeded), and facts. */
export interface Report {
  errors: Record<string, Seen | null>;
  facts: Record<string, unknown>;
}

export interface Farewell {
  /** Listeners that anybody added to the process: there must be none. */
  listeners: number;
}
