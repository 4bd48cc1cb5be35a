import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ConnectionError } from "../../src/core/errors";
import { dockerAnswers, startContainerServer } from "../../src/testing/server/container";
import { removeFolders, temporaryFolder } from "./held-servers";

afterEach(async () => {
  vi.unstubAllEnvs();
  await removeFolders();
});

/** A daemon on a socket of its own: it answers with this status, or never when there is none. */
async function withDaemon<T>(status: number | undefined, work: () => Promise<T>): Promise<T> {
  const socket = join(await temporaryFolder(), "docker.sock");
  const daemon = createServer((_, response) => {
    if (status !== undefined) response.writeHead(status).end("OK");
  });
  await new Promise<void>((resolve) => daemon.listen(socket, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
  try {
    return await work();
  } finally {
    daemon.closeAllConnections();
    daemon.close();
  }
}

describe.skipIf(process.platform === "win32")("dockerAnswers", () => {
  test("is true when the daemon answers", async () => {
    expect(await withDaemon(200, dockerAnswers)).toBe(true);
  });

  test("is false soon when nobody is there, or nobody answers", async () => {
    const begun = performance.now();
    expect(await withDaemon(undefined, dockerAnswers)).toBe(false);
    vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock");
    expect(await dockerAnswers()).toBe(false);
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    expect(await dockerAnswers()).toBe(false);
    vi.stubEnv("DOCKER_HOST", "ssh://somewhere");
    expect(await dockerAnswers()).toBe(false);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});

test("a container that cannot start says what to do instead", async () => {
  if (await dockerAnswers()) return;
  await expect(startContainerServer()).rejects.toThrow(ConnectionError);
  await expect(startContainerServer()).rejects.toThrow(/Set DB_TEST_SERVER=embedded/);
});
