#!/usr/bin/env node
/**
 * Buyers who come at once and buy one thing after the other by the API, for a while: to see what visitors notice
 * when something is replaced, stopped or killed under them.
 *
 *     SHOP_URL=http://localhost:8080 node e2e/buyers.js --buyers 4 --seconds 60 [--pause 500] [--strict]
 *
 * Between two purchases each looks around for --pause milliseconds, lest a shop of demonstration be sold out.
 * Each asks again, under the same key, until an order has a definite answer, for at most two minutes. At the end a
 * line of JSON says how it went. Exits 1 if an answer was wrong or never came, or, with --strict, if any single
 * request failed: no connection, an answer of 5xx, or one that took longer than 10 seconds.
 */

import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    buyers: { type: "string", default: "4" },
    seconds: { type: "string", default: "60" },
    pause: { type: "string", default: "500" },
    strict: { type: "boolean", default: false },
  },
});
const SHOP = process.env.SHOP_URL;
const BUYERS = Number(values.buyers);
const SECONDS = Number(values.seconds);
const LOOK_AROUND = Number(values.pause);
assert.ok(SHOP, "SHOP_URL is not set: say where the shop is");
assert.ok(Number.isInteger(BUYERS) && BUYERS >= 1 && BUYERS <= 64, "--buyers is from 1 to 64");
assert.ok(LOOK_AROUND >= 0 && LOOK_AROUND <= 60_000, "--pause is from 0 to 60000");
assert.ok(SECONDS >= 1 && SECONDS <= 900, "--seconds is from 1 to 900");

/** How long a request may take, and how long an answer is waited for in all, in milliseconds. */
const DEADLINE = 10_000;
const PATIENCE = 120_000;
const PAUSE = 250;

const ADDRESS = { name: "Ada Buyer", line1: "1 rue Rambuteau", city: "Paris", postal_code: "75001", country: "FR" };
const CARD = { number: "4242 4242 4242 4242", exp_month: 12, exp_year: new Date().getFullYear() + 3, cvc: "123" };

const tally = { requests: 0, failed: 0, orders: 0, pages: 0, longest_wait_ms: 0, first_order_ms: null, failures: {} };
const started = performance.now();

function failed(what) {
  tally.failed += 1;
  tally.failures[what] = (tally.failures[what] ?? 0) + 1;
}

/** One request; none of ours is ever answered by a redirect. */
async function once(method, path, { token, headers = {}, body } = {}) {
  tally.requests += 1;
  try {
    const answer = await fetch(new URL(path, SHOP), {
      method,
      redirect: "error",
      signal: AbortSignal.timeout(DEADLINE),
      headers: {
        ...(body && { "Content-Type": "application/json" }),
        ...(token && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    if (answer.status >= 500) {
      failed(`${answer.status} ${method} ${path.replace(/[0-9a-f-]{36}/, "{id}")}`);
    }
    return { status: answer.status, body: isJson ? JSON.parse(text) : text };
  } catch (error) {
    failed(`${error.cause?.code ?? error.name} ${method} ${path.replace(/[0-9a-f-]{36}/, "{id}")}`);
    return { status: 0, body: String(error) };
  }
}

const problem = (answer) => answer.body?.type?.split(":").at(-1);

/** Asks until there is an answer that says something. What is asked may be asked twice. */
async function insist(method, path, how) {
  const begun = performance.now();
  for (;;) {
    const answer = await once(method, path, how);
    const undecided =
      answer.status === 0 || answer.status >= 500 || answer.status === 429 || problem(answer) === "checkout-in-progress";
    if (!undecided) {
      tally.longest_wait_ms = Math.max(tally.longest_wait_ms, Math.round(performance.now() - begun));
      return answer;
    }
    assert.ok(performance.now() - begun < PATIENCE, `no answer to ${method} ${path}: ${JSON.stringify(answer)}`);
    await sleep(PAUSE);
  }
}

function expect(answer, status) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer.body;
}

class Buyer {
  #email = `buyer-${randomUUID()}@example.com`;
  #password = `mot-de-passe-${randomUUID()}`;
  #token;
  #method;

  async arrive() {
    const account = { email: this.#email, password: this.#password, name: "Ada Buyer" };
    const registered = await insist("POST", "/api/auth/register", { body: account });
    // Taken by ourselves, where the answer to a first try was lost.
    assert.ok(registered.status === 201 || problem(registered) === "email-taken", JSON.stringify(registered));
    await this.#signIn();
    this.#method = expect(await this.#ask("POST", "/api/payments/methods", { body: { card: CARD } }), 201).id;
  }

  async #signIn() {
    const body = { email: this.#email, password: this.#password };
    this.#token = expect(await insist("POST", "/api/auth/login", { body }), 200).access_token;
  }

  /** With a token that is good: it ends after minutes, and with it no session. */
  async #ask(method, path, how = {}) {
    const answer = await insist(method, path, { ...how, token: this.#token });
    if (answer.status !== 401) {
      return answer;
    }
    await this.#signIn();
    return insist(method, path, { ...how, token: this.#token });
  }

  /** Looks at a page, puts something into the cart, buys it, and finds it in the history. */
  async buy() {
    assert.match(expect(await insist("GET", "/"), 200), /<html/);
    tally.pages += 1;
    const { items } = expect(await insist("GET", "/api/catalog/products?in_stock=true&limit=100"), 200);
    assert.ok(items.length > 0, "the shop is sold out");
    const product = items[randomInt(items.length)];
    const order = await this.#checkout(product);
    if (!order) {
      return;
    }
    tally.orders += 1;
    tally.first_order_ms ??= Math.round(performance.now() - started);
    assert.ok(["pending", "confirmed"].includes(order.status), order.status);
    const kept = expect(await this.#ask("GET", `/api/orders/${order.id}`), 200);
    assert.equal(kept.total.amount, order.total.amount);
  }

  /** The order; none if somebody else took the last unit. */
  async #checkout(product) {
    const key = randomUUID();
    const body = { payment_method_id: this.#method, shipping_address: ADDRESS };
    for (;;) {
      const filled = await this.#ask("PUT", `/api/cart/items/${product.id}`, { body: { quantity: 1 } });
      if (problem(filled) === "insufficient-stock") {
        return undefined;
      }
      expect(filled, 200);
      const answer = await this.#ask("POST", "/api/orders", { headers: { "Idempotency-Key": key }, body });
      // The order before this one emptied the cart a moment late.
      if (problem(answer) === "cart-empty") {
        continue;
      }
      if (problem(answer) === "out-of-stock") {
        await this.#ask("DELETE", `/api/cart/items/${product.id}`);
        return undefined;
      }
      return expect(answer, 201);
    }
  }
}

const until = Date.now() + SECONDS * 1000;
async function visit() {
  const buyer = new Buyer();
  await buyer.arrive();
  do {
    await buyer.buy();
    await sleep(LOOK_AROUND);
  } while (Date.now() < until);
}

try {
  await Promise.all(Array.from({ length: BUYERS }, visit));
} catch (error) {
  console.error(error.message);
  tally.wrong = error.message;
}
console.log(JSON.stringify(tally));
process.exitCode = tally.wrong || tally.orders === 0 || (values.strict && tally.failed > 0) ? 1 : 0;
