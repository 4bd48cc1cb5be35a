import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Express } from "express";
import express from "express";
import type { FastifyInstance } from "fastify";
import type { Hono } from "hono";
import type { Database } from "../../src/index";
import type { TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";

/** The servers of a page, with the middleware that it shows and a route GET /customers. */
export interface Servers {
  hono: Hono;
  express: Express;
  fastify: FastifyInstance;
}

/** Addresses of the servers while they listen. */
type Urls = Record<keyof Servers, string>;

interface NewCustomer {
  companyId: string;
  name: string;
}

/** Adds POST /customers to each server, whose body is read behind the middleware where the framework lets it. */
function addWrites(servers: Servers, db: Database): void {
  const write = async (customer: NewCustomer) => {
    await sleep(Math.random() * 4);
    return db.transaction((tx) => tx.accounting.customers.create(customer));
  };
  servers.hono.post("/customers", async (c) => c.json(await write(await c.req.json())));
  servers.express.post("/customers", express.json(), async (req, res) => void res.json(await write(req.body)));
  servers.fastify.post("/customers", async ({ body }) => write(body as NewCustomer));
}

/** Adds GET /slow to the servers that end a request with its connection; gives what its late call is refused with. */
function addSlow(servers: Servers, db: Database, begun: () => void): Promise<unknown>[] {
  const late = (response: NodeJS.EventEmitter) => {
    begun();
    return rejection(
      once(response, "close")
        .then(() => sleep(1))
        .then(() => db.tenancy.tenant.current()),
    );
  };
  return [
    new Promise((resolve) => servers.express.get("/slow", (_req, res) => resolve(late(res)))),
    new Promise((resolve) => servers.fastify.get("/slow", async (_req, reply) => resolve(late(reply.hijack().raw)))),
  ];
}

/** Has the servers listen on loopback while `work` runs. */
async function listening(servers: Servers, work: (urls: Urls) => Promise<void>): Promise<void> {
  await servers.fastify.ready();
  const listeners: Record<keyof Servers, Server> = {
    hono: createServer(getRequestListener(servers.hono.fetch)),
    express: createServer(servers.express),
    fastify: createServer((request, response) => servers.fastify.routing(request, response)),
  };
  const urls: Urls = { hono: "", express: "", fastify: "" };
  for (const name of Object.keys(listeners) as (keyof Servers)[]) {
    await once(listeners[name].listen(0, "127.0.0.1"), "listening");
    urls[name] = `http://127.0.0.1:${(listeners[name].address() as AddressInfo).port}`;
  }
  try {
    await work(urls);
  } finally {
    for (const listener of Object.values(listeners)) {
      listener.closeAllConnections();
      listener.close();
    }
    await servers.fastify.close();
  }
}

/** Sends 24 reads and writes at the same time to each server, of two tenants, and what must be refused. */
export async function answersOf(servers: Servers, db: Database, tenants: readonly [TestTenant, TestTenant]) {
  addWrites(servers, db);
  let hangUp = new AbortController();
  const late = addSlow(servers, db, () => hangUp.abort());
  const found = { answered: 0, foreign: 0, withoutSession: [] as string[], afterHangingUp: [] as unknown[] };
  await listening(servers, async (urls) => {
    const call = async (url: string, number: number) => {
      const { tenant, company } = tenants[number % 3 ? 0 : 1];
      const headers = { authorization: tenant.id, "content-type": "application/json" };
      const body = JSON.stringify({ companyId: company.id, name: `Number ${number}` });
      const answer = await fetch(`${url}/customers`, number % 2 ? { method: "POST", headers, body } : { headers });
      const rows = [(await answer.json()) as { tenantId: string } | { tenantId: string }[]].flat();
      if (answer.ok && rows.length > 0) found.answered += 1;
      found.foreign += rows.filter(({ tenantId }) => tenantId !== tenant.id).length;
    };
    const all = Object.values(urls).flatMap((url) => Array.from({ length: 24 }, (_, number) => call(url, number)));
    await Promise.all(all);
    for (const url of Object.values(urls)) {
      found.withoutSession.push((await fetch(`${url}/customers`)).status >= 400 ? "refused" : "answered");
    }
    const headers = { authorization: tenants[0].tenant.id };
    for (const url of [urls.express, urls.fastify]) {
      hangUp = new AbortController();
      await rejection(fetch(`${url}/slow`, { headers, signal: hangUp.signal }));
    }
    found.afterHangingUp = (await Promise.all(late)).map((error) => (error as { code?: unknown }).code);
  });
  return found;
}
