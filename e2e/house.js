/**
 * The shop as it is deployed: every service a process of its own, on a real PostgreSQL, behind a proxy. Here
 * a service can be stopped while the others go on, which the shop in one process cannot show.
 *
 *     const house = await openHouse();
 *     await house.stop("order");
 *     await house.start("order");
 *     house.audit();
 *     await house.close();
 *
 * Its configuration is that of apps/comptoir/tests/separate/harness.rs.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { openProxy } from "./proxy.js";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Callees before callers. The acquirer is a third party, which the payment service's binary plays. */
const NAMES = ["acquirer", "auth", "catalog", "cart", "payment", "order", "storefront"];

/** How long a process may take to become ready, or to stop, on a machine that is busy. */
const PATIENCE = 60_000;

/**
 * Opens a shop of its own. It is ended with the process that opened it, at the latest.
 *
 * @param {Record<string, Record<string, string>>} [more] more configuration, by the service's name
 */
export async function openHouse(more = {}) {
  const house = new House(process.env.ARTEFACTS ? join(process.env.ARTEFACTS, "logs") : undefined);
  try {
    await house.open(more);
  } catch (error) {
    await house.close();
    throw error;
  }
  return house;
}

class House {
  /** Where the shop is. */
  url;
  #folder = mkdtempSync(join(tmpdir(), "house-"));
  #logs;
  #database;
  #prefix = `e2e_${randomBytes(4).toString("hex")}`;
  /** What the audit proves itself with to the auth service. */
  #auditSecret = randomBytes(16).toString("hex");
  #processes = {};
  #proxy;
  #atExit = () => this.#end();

  constructor(logs) {
    this.#logs = logs ?? join(this.#folder, "logs");
    mkdirSync(this.#logs, { recursive: true });
    process.once("exit", this.#atExit);
    for (const signal of ["SIGINT", "SIGTERM"]) {
      process.once(signal, () => process.exit(1));
    }
  }

  async open(more) {
    // PostgreSQL runs as a user of its own, which has to find its way to its folder.
    chmodSync(this.#folder, 0o755);
    this.#database = execFileSync(join(ROOT, "ci/postgres"), ["start", this.#cluster], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", openSync(join(this.#logs, "house-postgres.log"), "a")],
    }).trim();
    this.#createDatabases();
    const ports = await freePorts(2 * NAMES.length);
    const addresses = Object.fromEntries(NAMES.map((it, at) => [it, ports.slice(2 * at, 2 * at + 2)]));
    for (const [name, environment] of Object.entries(this.#environments(addresses))) {
      this.#processes[name] = {
        url: `http://127.0.0.1:${addresses[name][0]}`,
        managementUrl: `http://127.0.0.1:${addresses[name][1]}`,
        environment: { ...environment, ...more[name] },
        log: join(this.#logs, `house-${name}.log`),
      };
    }
    await this.startAll();
    this.#proxy = await openProxy(Object.fromEntries(NAMES.map((it) => [it, addresses[it][0]])));
    this.url = this.#proxy.url;
  }

  /** Starts what does not run, and waits until it is ready. */
  async startAll() {
    await Promise.all(NAMES.filter((it) => !this.#processes[it].child).map((it) => this.start(it)));
  }

  /** Starts a service and waits until it is ready. */
  async start(name) {
    const it = this.#processes[name];
    assert.ok(!it.child, `${name} runs already`);
    const program = join(programs(), name === "acquirer" ? "payment" : name);
    assert.ok(existsSync(program), `there is no ${program}; build it with: cargo build --workspace --bins`);
    const log = openSync(it.log, "a");
    const child = spawn(program, name === "acquirer" ? ["sandbox"] : [], {
      env: it.environment,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    child.ended = new Promise((resolve) => child.once("exit", resolve));
    it.child = child;

    const until = Date.now() + PATIENCE;
    while (!(await answers(`${it.managementUrl}/health/ready`))) {
      assert.ok(child.exitCode === null && child.signalCode === null, `${name} ended: ${lastWords(it.log)}`);
      assert.ok(Date.now() < until, `${name} is not ready: ${lastWords(it.log)}`);
      await sleep(50);
    }
  }

  /** Asks a service to stop, and waits for it. */
  async stop(name) {
    const it = this.#processes[name];
    assert.ok(it.child, `${name} does not run`);
    it.child.kill("SIGTERM");
    const late = setTimeout(() => it.child.kill("SIGKILL"), PATIENCE);
    await it.child.ended;
    clearTimeout(late);
    it.child = undefined;
  }

  /** Ends a service as the kernel or a failing machine would: no chance to clean up. */
  async kill(name) {
    const it = this.#processes[name];
    assert.ok(it.child, `${name} does not run`);
    it.child.kill("SIGKILL");
    await it.child.ended;
    it.child = undefined;
  }

  /** Runs SQL in a service's database, as the owner of the server. */
  sql(name, statement) {
    const database = new URL(this.#database);
    database.pathname = `/${this.role(name)}`;
    return execFileSync("psql", ["-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, database.href], {
      encoding: "utf8",
    }).trim();
  }

  /** The role of a service in the database, and the database's name. */
  role(name) {
    return `${this.#prefix}_${name}`;
  }

  /** Where each service's probes and metrics are, by its name. */
  get management() {
    return Object.fromEntries(NAMES.map((it) => [it, this.#processes[it].managementUrl]));
  }

  /** What a service has said so far, line by line. */
  said(name) {
    return readFileSync(this.#processes[name].log, "utf8").trimEnd().split("\n");
  }

  /**
   * Waits until nothing is under way any more, and fails unless every cent and unit is accounted for, which is
   * recorded at order, and no secret was left behind, neither in a table nor in a log.
   */
  audit() {
    execFileSync(join(programs(), "comptoir"), ["audit", "--wait", "60", "--database-prefix", this.#prefix], {
      env: {
        COMPTOIR_DATABASE_URL: this.#database,
        COMPTOIR_ORDER_URL: this.#processes.order.url,
        COMPTOIR_AUTH_URL: this.#processes.auth.url,
        COMPTOIR_AUDIT_SECRET: this.#auditSecret,
      },
    });
    execFileSync(join(ROOT, "ci/leaks"), [join(this.#cluster, "data"), this.#logs], {
      env: { ...process.env, DATABASE_URL: this.#database },
    });
  }

  /** Ends everything. */
  async close() {
    await this.#proxy?.close();
    for (const name of NAMES.toReversed()) {
      if (this.#processes[name]?.child) {
        await this.stop(name);
      }
    }
    // Until here a signal ends what is left.
    process.off("exit", this.#atExit);
    this.#end();
  }

  /** At once, without waiting for anybody: all that can be done when a process exits. */
  #end() {
    for (const { child } of Object.values(this.#processes)) {
      child?.kill("SIGKILL");
    }
    execFileSync(join(ROOT, "ci/postgres"), ["stop", this.#cluster], { stdio: "ignore" });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #cluster() {
    return join(this.#folder, "postgres");
  }

  /** A role and a database for each service, which is the role's own and nobody else's. */
  #createDatabases() {
    const statements = NAMES.map((it) => this.role(it)).flatMap((it) => [
      `create role ${it} login`,
      `create database ${it} owner ${it}`,
      `revoke connect on database ${it} from public`,
    ]);
    execFileSync("psql", ["-q", ...statements.flatMap((it) => ["-c", it]), this.#database]);
  }

  #environments(addresses) {
    const url = (name) => `http://127.0.0.1:${addresses[name][0]}`;
    const secrets = Object.fromEntries(NAMES.map((it) => [it, randomBytes(16).toString("hex")]));
    const clients = ["catalog", "cart", "payment", "order"].map((it) => `${it}=${secrets[it]}`);
    clients.push(`audit=${this.#auditSecret}`);
    const gateway = { GATEWAY_URL: url("acquirer"), GATEWAY_KEY: randomBytes(16).toString("hex") };
    const services = Object.fromEntries(
      ["auth", "catalog", "cart", "payment", "order"].map((it) => [`${it.toUpperCase()}_URL`, url(it)]),
    );
    const management = Object.fromEntries(
      ["auth", "catalog", "cart", "payment", "order"].map((it) => [
        `${it.toUpperCase()}_MANAGEMENT_URL`,
        `http://127.0.0.1:${addresses[it][1]}`,
      ]),
    );
    const own = {
      acquirer: {
        SANDBOX_LISTEN: `127.0.0.1:${addresses.acquirer[0]}`,
        SANDBOX_MANAGEMENT_LISTEN: `127.0.0.1:${addresses.acquirer[1]}`,
        ...gateway,
      },
      auth: {
        SERVICE_CLIENTS: clients.join(","),
        KEY_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
        TRUST_FORWARDED_FOR: "true",
        SEED: "true",
      },
      catalog: { SEED: "true", ...services },
      cart: services,
      payment: { ...services, ...gateway },
      order: services,
      storefront: {
        ...services,
        ...management,
        COOKIE_KEY: randomBytes(64).toString("base64"),
        TRUST_FORWARDED_FOR: "true",
      },
    };
    const environment = (name) => {
      const database = new URL(this.#database);
      database.username = this.role(name);
      database.pathname = `/${this.role(name)}`;
      return {
        LISTEN: `127.0.0.1:${addresses[name][0]}`,
        MANAGEMENT_LISTEN: `127.0.0.1:${addresses[name][1]}`,
        DATABASE_URL: database.href,
        SERVICE_SECRET: secrets[name],
        LOG: "debug,h2=info,hyper=info,hyper_util=info",
        LOG_SPANS: "true",
        LOG_FORMAT: "json",
        ...own[name],
      };
    };
    return Object.fromEntries(NAMES.map((it) => [it, environment(it)]));
  }
}

/** The folder of the programs: that of SHOP_BINARY, or what a debug build makes. */
function programs() {
  return process.env.SHOP_BINARY ? dirname(process.env.SHOP_BINARY) : join(ROOT, "target/debug");
}

function lastWords(log) {
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-5).join("\n");
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Ports that nobody has; all are held until the last one is known, so that none is given twice. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((it) => new Promise((resolve) => it.listen(0, "127.0.0.1", resolve))));
  const ports = servers.map((it) => it.address().port);
  await Promise.all(servers.map((it) => new Promise((resolve) => it.close(resolve))));
  return ports;
}
