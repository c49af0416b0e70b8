/** What visitors see while a part of the shop is stopped. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { addToCart, checkout, signUp, unitsInCart } from "../flows.js";
import { openHouse } from "../house.js";
import { check, run } from "../visit.js";

let house;
before(async () => {
  house = await openHouse();
});
afterEach(async () => {
  await house.startAll();
});
after(async () => {
  house?.audit();
  await house?.close();
});

const visit = (name, options, body) =>
  test(name, { timeout: 180_000 }, () => run({ shop: house.url, name, ...options }, body));

visit(
  "without order and payment, browsing and the cart work, and checkout says so before a card is typed",
  { expected: [/answer 503: GET .*\/checkout/] },
  async ({ page }) => {
    await signUp(page);
    await house.stop("order");
    await house.stop("payment");

    for (const path of ["/", "/search?q=cheese", "/categories/bakery"]) {
      assert.equal((await page.goto(path)).status(), 200, path);
      await check(page);
    }
    await addToCart(page);
    assert.equal(await unitsInCart(page), 1);
    await page.goto("/checkout");
    assert.match(await page.locator("#content").innerText(), /orders and payments cannot be reached/i);
    assert.equal(await page.locator("[name=number]").count(), 0, "nobody is asked for a card");
    await check(page);

    await house.start("payment");
    await house.start("order");
    await checkout(page);
  },
);

visit(
  "without the catalog, the shop says so on a page that nobody is locked out of",
  { expected: [/answer 503/] },
  async ({ page }) => {
    await house.stop("catalog");
    assert.equal((await page.goto("/search?q=cheese")).status(), 503);
    assert.match(await page.locator("#content").innerText(), /cannot be shown at the moment/i);
    await check(page);
  },
);

visit(
  "without auth, guests still browse and fill a cart",
  {},
  async ({ page }) => {
    await house.stop("auth");
    await addToCart(page);
    assert.equal(await unitsInCart(page), 1);
  },
);
