/**
 * What telemetry costs: the same checkouts against two shops, one that is watched with everything (traces and logs
 * sent to a collector on the same machine, metrics scraped each second), one without traces, in turns, so that
 * whatever else the machine does falls on both.
 *
 *     node e2e/observe/overhead.js        `ci/observe --overhead` runs it
 *
 * TRACE_RATIO (0.1, as in production): the share of traces that the watched shop keeps.
 */

import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { freePorts, openHouse } from "../house.js";
import { Buyer } from "./buyer.js";
import { openStack } from "./stack.js";

const OUT = process.env.ARTEFACTS;
const TRACE_RATIO = process.env.TRACE_RATIO ?? "0.1";
/** How many buyers at once, how many rounds for each shop, how long one is, in milliseconds. */
const BUYERS = 8;
const ROUNDS = 7;
const ROUND = 12_000;
/** The least share of the throughput that must be left. */
const FLOOR = 0.95;

const SERVICES = ["auth", "catalog", "cart", "payment", "order", "storefront"];
const everywhere = (environment) => Object.fromEntries([...SERVICES, "acquirer"].map((it) => [it, environment]));

const [collector, health, prometheus, alertmanager] = await freePorts(4);
const stack = await openStack(join(OUT, "stack"), { collector, health, prometheus, alertmanager });
const quiet = { LOG: "info", LOG_SPANS: "false" };
const watched = await openHouse(everywhere({ ...quiet, OTLP_ENDPOINT: stack.collector, TRACE_RATIO }));
const unwatched = await openHouse(everywhere({ ...quiet, TRACE_RATIO: "0" }));
const targets = SERVICES.map((it) => [it, new URL(watched.management[it]).host]);
await stack.watch(Object.fromEntries(targets), [], () => "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");

/** Completed checkouts a second in one round. */
async function round(buyers) {
  const until = Date.now() + ROUND;
  const began = performance.now();
  const bought = await Promise.all(
    buyers.map(async (buyer) => {
      let orders = 0;
      while (Date.now() < until) {
        const { status } = await buyer.buy({ traced: false });
        // 422: the order before this one emptied the cart a moment late.
        assert.ok(status === 201 || status === 422, `a checkout is answered ${status}`);
        orders += status === 201 ? 1 : 0;
      }
      return orders;
    }),
  );
  return bought.reduce((sum, it) => sum + it) / ((performance.now() - began) / 1000);
}

// More than anybody buys; nobody audits these books.
for (const house of [watched, unwatched]) {
  house.sql("catalog", "update stock set available = available + 100000 where available > 0");
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const crowd = (house) => Promise.all(Array.from({ length: BUYERS }, () => new Buyer(house.url).arrive()));

const [seen, unseen] = [await crowd(watched), await crowd(unwatched)];
await round(seen);
await round(unseen);
const pairs = [];
for (let it = 0; it < ROUNDS; it += 1) {
  // Each goes first as often as second.
  const first = it % 2 === 0;
  const a = await round(first ? seen : unseen);
  const b = await round(first ? unseen : seen);
  const pair = first ? { watched: a, unwatched: b } : { watched: b, unwatched: a };
  pairs.push(pair);
  console.log(`round ${it + 1}: ${pair.watched.toFixed(1)} watched, ${pair.unwatched.toFixed(1)} not, checkouts a second`);
}
const ratio = median(pairs.map((it) => it.watched / it.unwatched));
const sent = statSync(join(OUT, "stack/spans.jsonl")).size;
await watched.close();
await unwatched.close();
await stack.close();
writeFileSync(join(OUT, "overhead.json"), JSON.stringify({ TRACE_RATIO, ratio, sent, pairs }, undefined, 2));
console.log(
  `with everything on, and ${TRACE_RATIO} of all traces: ${(100 * ratio).toFixed(1)} % of the throughput ` +
    `(median of ${ROUNDS} pairs; ${Math.round(sent / 1e6)} MB of spans)`,
);
assert.ok(sent > 1e6, "traces were sent");
process.exitCode = ratio >= FLOOR ? 0 : 1;
