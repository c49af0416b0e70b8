/** Somebody who buys by the API, each time under a trace of their own: to find it again in traces and logs. */

import assert from "node:assert/strict";
import { randomBytes, randomInt, randomUUID } from "node:crypto";

import { ADDRESS, CARDS, somebody } from "../flows.js";

/** Longer than the shop itself waits for anybody, in milliseconds. */
const DEADLINE = 30_000;

export class Buyer {
  #shop;
  #token;
  #method;

  constructor(shop) {
    this.#shop = shop;
  }

  /** Signs up and in, and leaves a card. */
  async arrive() {
    const person = somebody();
    await this.#ask("POST", "/api/auth/register", { body: person, expect: 201 });
    const { email, password } = person;
    const { access_token } = await this.#ask("POST", "/api/auth/login", { body: { email, password }, expect: 200 });
    this.#token = access_token;
    const { number, exp_month, exp_year, cvc } = CARDS.approved;
    const card = { number, exp_month: Number(exp_month), exp_year: Number(exp_year), cvc };
    this.#method = (await this.#ask("POST", "/api/payments/methods", { body: { card }, expect: 201 })).id;
    return this;
  }

  /**
   * Tries to buy one of something; answers the status and the id of the trace, which the shop keeps for it is told
   * to. Without `traced` the shop decides itself.
   */
  async buy({ traced = true } = {}) {
    const { items } = await this.#ask("GET", "/api/catalog/products?in_stock=true&limit=20", { expect: 200 });
    const product = items[randomInt(items.length)];
    await this.#ask("PUT", `/api/cart/items/${product.id}`, { body: { quantity: 1 }, expect: 200 });
    const trace = randomBytes(16).toString("hex");
    const answer = await this.#send("POST", "/api/orders", {
      headers: {
        "Idempotency-Key": randomUUID(),
        ...(traced && { traceparent: `00-${trace}-${randomBytes(8).toString("hex")}-01` }),
      },
      body: { payment_method_id: this.#method, shipping_address: ADDRESS },
    });
    await answer.arrayBuffer();
    return { status: answer.status, trace };
  }

  async #ask(method, path, { body, expect }) {
    const answer = await this.#send(method, path, { body });
    const said = await answer.text();
    assert.equal(answer.status, expect, `${method} ${path}: ${said}`);
    return JSON.parse(said);
  }

  #send(method, path, { headers = {}, body } = {}) {
    return fetch(new URL(path, this.#shop), {
      method,
      signal: AbortSignal.timeout(DEADLINE),
      headers: {
        ...headers,
        ...(body && { "Content-Type": "application/json" }),
        ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
      },
      body: body && JSON.stringify(body),
    });
  }
}
