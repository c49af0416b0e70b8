/**
 * Something is broken on purpose, and the right alert has to say so, with a runbook, and to end when it is
 * mended; what happened must be found in traces and logs. `ci/observe` runs this.
 *
 * The rules are the shop's own, generated for windows of seconds and minutes instead of hours and days.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { addToCart, checkout, signUp, staff } from "../flows.js";
import { freePorts, openHouse } from "../house.js";
import { run } from "../visit.js";
import { Buyer } from "./buyer.js";
import { openStack } from "./stack.js";
import { assertWhole, service, tree } from "./trace.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUT = process.env.ARTEFACTS;
const RULES = process.env.RULES?.split(":");
assert.ok(OUT && RULES, "ARTEFACTS and RULES are not set; ci/observe sets them");

const SERVICES = ["auth", "catalog", "cart", "payment", "order", "storefront"];

let house;
let stack;
let buyers;
let buyer;
/** What is printed at the end: a line for each fault. */
const times = [];

before(async () => {
  const [collector, health, prometheus, alertmanager] = await freePorts(4);
  stack = await openStack(join(OUT, "stack"), { collector, health, prometheus, alertmanager });
  const telemetry = { OTLP_ENDPOINT: stack.collector, LOG: "info", LOG_SPANS: "false" };
  house = await openHouse(Object.fromEntries([...SERVICES, "acquirer"].map((it) => [it, telemetry])));
  const targets = SERVICES.map((it) => [it, new URL(house.management[it]).host]);
  await stack.watch(Object.fromEntries(targets), RULES, alertmanagerFor);
  buyers = spawn(process.execPath, [join(ROOT, "e2e/buyers.js"), "--buyers", "3", "--seconds", "900", "--pause", "800"], {
    env: { ...process.env, SHOP_URL: house.url },
    stdio: ["ignore", "ignore", "inherit"],
  });
  buyers.ended = new Promise((resolve) => buyers.once("exit", resolve));
  // Windows that are empty at first say nothing that counts.
  await sleep(10_000);
  await quiet();
  buyer = await new Buyer(house.url).arrive();
});

after(async () => {
  buyers?.kill();
  await buyers?.ended;
  await house?.close();
  await stack?.close();
});

/** The shop's own configuration of Alertmanager, but sooner, and all to one address. */
function alertmanagerFor(receiver) {
  const file = join(OUT, "alertmanager.yml");
  execFileSync(join(ROOT, "ci/monitoring"), ["alertmanager", receiver, file]);
  return readFileSync(file, "utf8")
    .replaceAll(/group_wait: \S+/g, "group_wait: 0s")
    .replaceAll(/group_interval: \S+/g, "group_interval: 1s");
}

/** Waits until every service is watched, and nobody has to get up. */
async function quiet() {
  await found(async () => {
    const [watched] = await stack.query("count(up == 1)");
    return Number(watched?.value[1]) === SERVICES.length && (await stack.firing("page")).length === 0;
  }, 120);
}

/**
 * Breaks something, waits for the alert, looks at what there is to see, mends it, waits for the end.
 *
 * @param {{name: string, alert: string, service: string, within: number, resolvedWithin: number,
 *   inject: () => unknown, look?: (since: number) => unknown, mend: () => unknown}} fault times in seconds
 */
function fault({ name, alert, service: of, within, resolvedWithin, inject, look, mend }) {
  test(`${name}: ${alert}`, { timeout: 600_000 }, async () => {
    // Promises remember the fault before this one for a while; what this one is known by has to be quiet.
    await found(async () => !(await stack.firing("page")).includes(alert), 240);
    const broken = Date.now();
    await inject();
    let told;
    try {
      told = await stack.told({ name: alert, severity: "page" }, "firing", { since: broken, within });
      const { labels, annotations } = told.alert;
      assert.equal(told.receiver, "/page");
      assert.equal(labels.service, of);
      assert.ok(annotations.summary, "a person is told what is wrong");
      assert.match(annotations.runbook_url, new RegExp(`docs/runbooks/${alert}\\.md$`));
      assert.ok(existsSync(join(ROOT, "docs/runbooks", `${alert}.md`)), "the runbook is there");
      await look?.(broken);
    } finally {
      await mend();
    }
    const mended = Date.now();
    const over = await stack.told({ name: alert, severity: "page" }, "resolved", { since: mended, within: resolvedWithin });
    // Of pages alone: a promise of an hour has a ticket for a single failure.
    const others = new Set(
      stack.notifications
        .filter((it) => Date.parse(it.alert.startsAt) >= broken && it.alert.labels.severity === "page")
        .map((it) => it.alert.labels.alertname),
    );
    others.delete(alert);
    times.push({
      fault: name,
      alert,
      detected: (told.at - broken) / 1000,
      recovered: (over.at - mended) / 1000,
      others: [...others].sort(),
    });
  });
}

test("a checkout in the browser is one whole trace, through every service to the last statement", async () => {
  const began = BigInt(Date.now()) * 1_000_000n;
  let order;
  await run({ shop: house.url, name: "one checkout" }, async ({ page }) => {
    await signUp(page);
    await addToCart(page);
    order = await checkout(page);
  });
  const spans = await found(() => {
    const all = stack.spans();
    const paying = all.find(
      (it) =>
        service(it) === "storefront" &&
        it.attributes["http.request.method"] === "POST" &&
        it.attributes["http.route"] === "/checkout/pay" &&
        BigInt(it.startTimeUnixNano) > began,
    );
    const trace = all.filter((it) => it.traceId === paying?.traceId);
    const delivered = paying && all.filter((it) => it.links?.some((link) => link.traceId === paying.traceId));
    return trace.length > 0 && delivered.length > 1 && { trace, delivered, all };
  });
  writeFileSync(join(OUT, "trace.txt"), `${tree(spans.trace)}\n`);
  await photograph("trace", `/admin/operations/traces?id=${spans.trace[0].traceId}`);
  assertWhole(spans.trace);
  const seen = new Set(spans.trace.map((it) => `${service(it)} ${it.attributes["http.route"]}`));
  for (const step of [
    "storefront /checkout/pay",
    "order /api/orders",
    "cart /internal/carts/{user_id}",
    "catalog /internal/reservations/{id}",
    "payment /internal/payments/{order_id}",
  ]) {
    assert.ok(seen.has(step), `${step} is in the trace: ${[...seen].join(", ")}`);
  }
  const services = new Set(spans.trace.map(service));
  assert.ok(services.has("acquirer"), `the acquirer is in the trace: ${[...services]}`);
  const statements = spans.trace.filter((it) => it.attributes["db.system.name"] === "postgresql");
  for (const it of ["order", "cart", "catalog", "payment"]) {
    assert.ok(statements.some((statement) => service(statement) === it), `a statement of ${it} is in the trace`);
  }
  // What the outbox did later: in traces of its own, whole too, which point back.
  const ofDelivery = spans.all.filter((it) => spans.delivered.some((span) => span.traceId === it.traceId));
  const told = new Set(ofDelivery.map((it) => `${service(it)} ${it.attributes["http.route"]}`));
  assert.ok(told.has("catalog /internal/reservations/{id}/commit"), `the stock is committed: ${[...told]}`);
  assert.ok(told.has("cart /internal/carts/{user_id}/clear"), `the cart is emptied: ${[...told]}`);
  assert.ok(order);
});

fault({
  name: "the payment gateway is down",
  alert: "GatewayFailing",
  service: "payment",
  within: 120,
  resolvedWithin: 240,
  inject: () => house.kill("acquirer"),
  look: async () => {
    await photograph("operations-gateway", "/admin/operations");
    const { status, trace } = await buyer.buy();
    assert.equal(status, 503, "an unknown outcome is no failure");
    const spans = await found(() => {
      const spans = stack.spans().filter((it) => it.traceId === trace);
      return spans.some((it) => it.status?.code === 2 && service(it) === "payment") && spans;
    });
    writeFileSync(join(OUT, "trace-gateway.txt"), `${tree(withoutForeignParent(spans))}\n`);
    const lines = house.said("order").filter((it) => it.includes(trace)).map((it) => JSON.parse(it));
    assert.ok(lines.length > 0, "order's log has lines of the trace");
    for (const line of lines) {
      assert.equal(line.trace_id, trace);
      assert.match(line.span_id, /^[0-9a-f]{16}$/);
      assert.equal(line.service, "order");
      assert.ok(line.version);
    }
    await found(() => stack.logs().some((it) => it.traceId === trace && it.resource["service.name"] === "order"));
  },
  mend: () => house.start("acquirer"),
});

fault({
  name: "order's database is slow",
  alert: "CheckoutSlow",
  service: "order",
  within: 150,
  resolvedWithin: 240,
  inject: () =>
    house.sql(
      "order",
      `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.8); return new; end $$;
       create trigger slow before insert on orders for each row execute function slow()`,
    ),
  look: async () => {
    const { status, trace } = await buyer.buy();
    assert.equal(status, 201);
    const slowest = await found(() => {
      const statements = stack.spans().filter((it) => it.traceId === trace && it.attributes["db.system.name"]);
      return statements.find((it) => BigInt(it.endTimeUnixNano) - BigInt(it.startTimeUnixNano) > 700_000_000n);
    });
    assert.match(slowest.attributes["db.query.text"], /insert into orders/, "the trace shows which statement");
    const spans = stack.spans().filter((it) => it.traceId === trace);
    writeFileSync(join(OUT, "trace-database.txt"), `${tree(withoutForeignParent(spans))}\n`);
  },
  mend: () => house.sql("order", "drop trigger slow on orders; drop function slow()"),
});

fault({
  name: "the cart service crashed",
  alert: "ServiceDown",
  service: "cart",
  within: 60,
  resolvedWithin: 60,
  inject: () => house.kill("cart"),
  mend: () => house.start("cart"),
});

fault({
  name: "order may not write its outbox",
  alert: "OutboxStuck",
  service: "order",
  within: 180,
  resolvedWithin: 120,
  inject: () => house.sql("order", `revoke update, delete on outbox from ${house.role("order")}`),
  look: async (since) => {
    await photograph("operations-outbox", "/admin/operations");
    const lines = house.said("order").map((it) => JSON.parse(it)).filter((it) => Date.parse(it.timestamp) >= since);
    assert.ok(
      lines.some((it) => it.worker?.startsWith("outbox-") && /permission denied for table outbox/.test(it.error)),
      "order's log says why",
    );
  },
  mend: () => house.sql("order", `grant update, delete on outbox to ${house.role("order")}`),
});

test("nothing was lost, and nothing secret was told", async () => {
  buyers.kill();
  await buyers.ended;
  house.audit();
  const secrets = readFileSync(join(ROOT, "ci/leaks.txt"), "utf8").split("\n").filter(Boolean);
  for (const [kind, told] of [["spans", stack.spans()], ["logs", stack.logs()]]) {
    assert.ok(told.length > 100, `there are ${kind}`);
    const text = JSON.stringify(told);
    const leaked = [...secrets, "@example.com", "rue Rambuteau", "Ada Visitor", "Ada Buyer", "Bearer "];
    for (const secret of leaked) {
      assert.ok(!text.includes(secret), `${secret} is in the ${kind}`);
    }
  }
});

test("rules and dashboards name metrics that the services have", async () => {
  const scrape = async (it) => (await fetch(`${house.management[it]}/metrics`)).text();
  // The audit's gauge is made anew every few seconds.
  await found(async () => (await scrape("order")).includes("audit_violations{"));
  const scraped = await Promise.all(
    SERVICES.map(async (it) => {
      const file = join(OUT, `${it}.prom`);
      writeFileSync(file, await scrape(it));
      return file;
    }),
  );
  execFileSync(join(ROOT, "ci/monitoring"), ["names", ...scraped], { stdio: "inherit" });
});

test("the times", async () => {
  const lines = [
    "| fault | alert | told after | over after | also told |",
    "|---|---|---|---|---|",
    ...times.map(
      (it) =>
        `| ${it.fault} | ${it.alert} | ${it.detected.toFixed(0)} s | ${it.recovered.toFixed(0)} s | ${it.others.join(", ") || "-"} |`,
    ),
  ];
  writeFileSync(join(OUT, "times.md"), `${lines.join("\n")}\n`);
  writeFileSync(join(OUT, "times.json"), JSON.stringify(times, undefined, 2));
  console.log(lines.join("\n"));
  if (process.env.PUSHGATEWAY) {
    await push(process.env.PUSHGATEWAY);
  }
  assert.equal(times.length, 4, "every fault was seen and ended");
});

/** Hands the times to a Pushgateway, for the dashboard Delivery. */
async function push(gateway) {
  const kinds = { fault_detection_seconds: "detected", fault_recovery_seconds: "recovered" };
  const body = Object.entries(kinds).flatMap(([name, kind]) => [
    `# TYPE ${name} gauge`,
    ...times.map((it) => `${name}{fault="${it.alert}"} ${it[kind]}`),
  ]);
  const answer = await fetch(`${gateway}/metrics/job/observe`, { method: "PUT", body: `${body.join("\n")}\n` });
  assert.ok(answer.ok, `${gateway} answers ${answer.status}`);
}

/** What staff see of a page at this moment. */
async function photograph(name, path) {
  await run({ shop: house.url, name }, async ({ page }) => {
    await staff(page);
    await page.goto(path);
    await page.screenshot({ path: join(OUT, `${name}.png`), fullPage: true });
  });
}

/** What `look` finds, as soon as it does, within so many seconds; spans and alerts come late. */
async function found(look, within = 30) {
  const until = Date.now() + within * 1000;
  for (;;) {
    const it = await look();
    if (it) {
      return it;
    }
    assert.ok(Date.now() < until, `not found within ${within} s: ${look}`);
    await sleep(250);
  }
}

/** A client that sends a `traceparent` keeps its own span to itself. */
function withoutForeignParent(spans) {
  const ids = new Set(spans.map((it) => it.spanId));
  return spans.map((it) => (ids.has(it.parentSpanId) ? it : { ...it, parentSpanId: "" }));
}
