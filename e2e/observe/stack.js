/**
 * The monitoring of a shop of separate processes: a real Prometheus, a real Alertmanager, a real OpenTelemetry
 * collector, and somebody whom the alerts are sent to.
 *
 *     const stack = await openStack({ folder, services: { order: "127.0.0.1:9085" }, rules, alertmanager });
 *     const { alert } = await stack.told({ name: "ServiceDown", severity: "page" }, "firing", { since, within: 60 });
 *     const spans = stack.spans();
 *     await stack.close();
 *
 * PROMETHEUS, ALERTMANAGER and COLLECTOR name the programs; ci/observe sets them.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a program may take to become ready, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Opens the collector, which services send to from their start on. Prometheus and Alertmanager come with
 * `watch`, when it is known where the services are.
 *
 * @param {string} folder for configuration, data and logs
 * @param {{collector: number, health: number, prometheus: number, alertmanager: number}} ports
 */
export async function openStack(folder, ports) {
  const stack = new Stack(folder, ports);
  try {
    await stack.open();
  } catch (error) {
    await stack.close();
    throw error;
  }
  return stack;
}

class Stack {
  #folder;
  #ports;
  #programs = [];
  #receiver;
  #atExit = () => this.#programs.forEach((it) => it.kill("SIGKILL"));
  /** Every notification of an alert, oldest first: `{ at, receiver, status, alert }`. */
  notifications = [];

  constructor(folder, ports) {
    this.#folder = folder;
    this.#ports = ports;
    mkdirSync(folder, { recursive: true });
    process.once("exit", this.#atExit);
  }

  /** Where services send traces and logs, by OTLP over gRPC. */
  get collector() {
    return `http://127.0.0.1:${this.#ports.collector}`;
  }

  async open() {
    const address = (port) => `127.0.0.1:${port}`;
    const file = (name) => ({ path: join(this.#folder, name), flush_interval: "200ms" });
    const pipeline = (exporter) => ({ receivers: ["otlp"], processors: ["batch"], exporters: [exporter] });
    await this.#start("collector", process.env.COLLECTOR, ["--config", this.#write("collector.yml", {
      receivers: { otlp: { protocols: { grpc: { endpoint: address(this.#ports.collector) } } } },
      processors: { batch: { timeout: "200ms" } },
      exporters: { "file/traces": file("spans.jsonl"), "file/logs": file("logs.jsonl") },
      extensions: { health_check: { endpoint: address(this.#ports.health) } },
      service: {
        extensions: ["health_check"],
        telemetry: { metrics: { level: "none" } },
        pipelines: { traces: pipeline("file/traces"), logs: pipeline("file/logs") },
      },
    })], `http://${address(this.#ports.health)}/`);
  }

  /**
   * Watches the services by these rules, and tells of alerts as this configuration of Alertmanager says, only
   * sooner, and here.
   *
   * @param {Record<string, string>} services where each one's metrics are
   * @param {string[]} rules files
   * @param {(receiver: string) => string} alertmanager its configuration, which tells this address
   */
  async watch(services, rules, alertmanager) {
    const receiver = await this.#receive();
    const { prometheus, alertmanager: port } = this.#ports;
    const config = this.#write("alertmanager.yml", alertmanager(receiver));
    await this.#start("alertmanager", process.env.ALERTMANAGER, [
      `--config.file=${config}`,
      `--storage.path=${join(this.#folder, "alertmanager")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ], `http://127.0.0.1:${port}/-/ready`);
    const jobs = Object.entries(services).map(([job_name, target]) => ({
      job_name,
      static_configs: [{ targets: [target] }],
    }));
    await this.#start("prometheus", process.env.PROMETHEUS, [
      `--config.file=${this.#write("prometheus.yml", {
        global: {
          scrape_interval: "1s",
          scrape_timeout: "1s",
          evaluation_interval: "1s",
          external_labels: { runbooks: "docs/runbooks" },
        },
        rule_files: rules,
        scrape_configs: jobs,
        alerting: {
          alert_relabel_configs: [{ regex: "runbooks", action: "labeldrop" }],
          alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
        },
      })}`,
      `--storage.tsdb.path=${join(this.#folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${prometheus}`,
      "--rules.alert.resend-delay=5s",
    ], `http://127.0.0.1:${prometheus}/-/ready`);
  }

  /** What Prometheus answers to an instant query. */
  async query(expression) {
    const url = new URL(`http://127.0.0.1:${this.#ports.prometheus}/api/v1/query`);
    url.searchParams.set("query", expression);
    const answer = await (await fetch(url)).json();
    assert.equal(answer.status, "success", JSON.stringify(answer));
    return answer.data.result;
  }

  /** The names of the alerts of a severity that fire. */
  async firing(severity) {
    const alerts = await this.query(`ALERTS{alertstate="firing",severity="${severity}"}`);
    return [...new Set(alerts.map((it) => it.metric.alertname))].sort();
  }

  /**
   * Waits until the receiver is told of an alert.
   *
   * @param {{name: string, severity: string}} alert
   * @param {"firing" | "resolved"} status
   * @param {{since: number, within: number}} when from then on, in milliseconds of the clock; for so many seconds
   */
  async told({ name, severity }, status, { since, within }) {
    const until = Date.now() + within * 1000;
    for (;;) {
      const found = this.notifications.find(
        ({ at, status: told, alert: { labels } }) =>
          at >= since && told === status && labels.alertname === name && labels.severity === severity,
      );
      if (found) {
        return found;
      }
      assert.ok(Date.now() < until, `${name} is not ${status} within ${within} s; firing: ${await this.firing(severity)}`);
      await sleep(100);
    }
  }

  /** All spans that have come in, each with its service. */
  spans() {
    return this.#received("spans.jsonl").flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map((it) => ({ ...it, attributes: flat(it.attributes), resource: flat(resource.attributes) })),
        ),
      ),
    );
  }

  /** All log records that have come in. */
  logs() {
    return this.#received("logs.jsonl").flatMap(({ resourceLogs }) =>
      resourceLogs.flatMap(({ resource, scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map((it) => ({ ...it, attributes: flat(it.attributes), resource: flat(resource.attributes) })),
        ),
      ),
    );
  }

  async close() {
    for (const program of this.#programs.toReversed()) {
      program.kill("SIGTERM");
      await program.ended;
    }
    this.#receiver?.closeAllConnections();
    this.#receiver?.close();
    process.off("exit", this.#atExit);
  }

  /** Opens the receiver of alerts, and answers its address. */
  async #receive() {
    this.#receiver = createServer(async (request, response) => {
      const chunks = await request.toArray();
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString());
      const at = Date.now();
      this.notifications.push(...alerts.map((alert) => ({ at, receiver: request.url, status: alert.status, alert })));
      response.end();
    });
    await new Promise((resolve) => this.#receiver.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${this.#receiver.address().port}`;
  }

  async #start(name, program, options, ready) {
    assert.ok(program && existsSync(program), `${name.toUpperCase()} names no program; ci/observe sets it`);
    const file = join(this.#folder, `${name}.log`);
    const log = openSync(file, "a");
    const child = spawn(program, options, { stdio: ["ignore", log, log] });
    closeSync(log);
    child.ended = new Promise((resolve) => child.once("exit", resolve));
    this.#programs.push(child);
    const until = Date.now() + PATIENCE;
    while (!(await fetch(ready).then((it) => it.ok, () => false))) {
      const words = () => readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n");
      assert.ok(child.exitCode === null, `${name} ended: ${words()}`);
      assert.ok(Date.now() < until, `${name} is not ready: ${words()}`);
      await sleep(100);
    }
  }

  /** Writes a configuration; JSON is YAML too. */
  #write(name, content) {
    const path = join(this.#folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    return path;
  }

  /** What the collector has written, but for a last line that is not whole yet. */
  #received(name) {
    const path = join(this.#folder, name);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter(Boolean).map((it) => JSON.parse(it));
  }
}

/** Attributes as an object. */
function flat(attributes = []) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
