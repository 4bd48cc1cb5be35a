/** A PostgreSQL container, where Docker answers. */
import { type RequestOptions, request } from "node:http";
import { ConfigurationError, ConnectionError } from "../../core/errors";
import { carelessSettings } from "./careless";
import type { Settings } from "./cluster";
import { randomPassword } from "./initialise";

export interface ContainerServer {
  /** URL of the superuser, password included. */
  adminUrl: string;
  stop(): Promise<void>;
}

const defaultImage = "postgres:18-alpine";

function dockerEndpoint(): RequestOptions | undefined {
  const given = process.env.DOCKER_HOST;
  if (!given) return { socketPath: process.platform === "win32" ? "//./pipe/docker_engine" : "/var/run/docker.sock" };
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  if (url.protocol === "unix:" || url.protocol === "npipe:") return { socketPath: url.pathname };
  return ["tcp:", "http:", "https:"].includes(url.protocol)
    ? { host: url.hostname, port: url.port || 2375 }
    : undefined;
}

/** Whether a Docker daemon answers within a second. Any HTTP answer counts: one that wants TLS refuses in HTTP too. */
export function dockerAnswers(): Promise<boolean> {
  const endpoint = dockerEndpoint();
  if (endpoint === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = request(
      { ...endpoint, path: "/_ping", method: "GET", signal: AbortSignal.timeout(1_000) },
      (response) => {
        response.resume();
        resolve(true);
      },
    );
    ping.on("error", () => resolve(false));
    ping.end();
  });
}

async function loadContainers() {
  try {
    return await import("@testcontainers/postgresql");
  } catch {
    throw new ConfigurationError(
      'The package @testcontainers/postgresql is not installed: run "pnpm add -D @testcontainers/postgresql@11.14.0", ' +
        "set DB_TEST_SERVER=embedded, or set DATABASE_ADMIN_URL.",
    );
  }
}

/**
 * Starts a throw-away PostgreSQL container: `postgres:18-alpine`, or the image in `ORG_DB_POSTGRES_IMAGE`; `settings` are
 * applied over those that switch off flushing to disk.
 */
export async function startContainerServer(settings: Settings = {}): Promise<ContainerServer> {
  const image = process.env.ORG_DB_POSTGRES_IMAGE || defaultImage;
  const { PostgreSqlContainer } = await loadContainers();
  const all = Object.entries({ ...carelessSettings, ...settings });
  try {
    const container = await new PostgreSqlContainer(image)
      .withDatabase("postgres")
      .withUsername("postgres")
      .withPassword(randomPassword())
      .withCommand(["postgres", ...all.flatMap(([name, value]) => ["-c", `${name}=${value}`])])
      .start();
    let stopping: Promise<unknown> | undefined;
    return {
      // The image speaks no TLS, and Docker may be on another host.
      adminUrl: `${container.getConnectionUri()}?sslmode=disable`,
      stop: async () => {
        stopping ??= container.stop();
        await stopping;
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectionError(
      `The container of ${image} did not start: ${reason}. Set DB_TEST_SERVER=embedded, or ORG_DB_POSTGRES_IMAGE to an image you have.`,
      { cause: error },
    );
  }
}
