/** What visitors see while a part of the shop is stopped. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { addToCart, checkout, prepareCheckout, send, signIn, signUp, unitsInCart } from "../flows.js";
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

visit(
  "without the cart, a button that adds to it says why nothing came of it",
  { expected: [/answer 503: POST .*\/cart\/items\//] },
  async ({ page }) => {
    await page.goto("/search?q=cheese");
    await house.stop("cart");
    await page.locator("form.card-add button").first().click();
    const alert = page.locator("#notices [role=alert]");
    await alert.waitFor();
    assert.match(await alert.innerText(), /cart cannot be reached/i);
    assert.ok(await page.locator("form.card-add").first().isVisible(), "the page stays");
    await check(page);
  },
);

visit(
  "an order whose outcome is not known is named to somebody who comes to pay for the same cart once more",
  {},
  async ({ page, another }) => {
    const person = await signUp(page);
    await addToCart(page);
    await prepareCheckout(page);
    await house.stop("acquirer");
    await page.getByTestId("pay").click();
    await page.locator("#waiting").waitFor();
    await check(page);

    // Another browser knows nothing of the first one's key.
    const elsewhere = await another();
    await signIn(elsewhere, person);
    await elsewhere.goto("/checkout/address");
    await send(elsewhere, "use-saved-address");
    await elsewhere.waitForURL("**/checkout/payment");
    await send(elsewhere, "use-saved-card");
    await elsewhere.waitForURL("**/checkout/review");
    await check(elsewhere);
    await elsewhere.getByTestId("look-first").click();
    await elsewhere.waitForURL(/\/orders\/[0-9a-f-]{36}/);
    await elsewhere.locator(".badge.pending").first().waitFor();

    // Meanwhile the first one waits, and learns of it by itself.
    await house.start("acquirer");
    await page.waitForURL(/\/orders\/[0-9a-f-]{36}/, { timeout: 60_000 });
    await elsewhere.locator(".badge.confirmed").first().waitFor();
  },
);
