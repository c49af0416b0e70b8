/** From looking around to getting the money back, and what may go wrong on the way. */

import assert from "node:assert/strict";

import {
  addToCart, ADDRESS, CARDS, checkout, ordersOf, prepareCheckout, products, send, signUp, somebody, staff,
  unitsInCart,
} from "../flows.js";
import { check, visit } from "../visit.js";

visit("a guest fills a cart, signs up, buys, and finds the order in the history", async ({ page }) => {
  await page.goto("/");
  await page.locator("#content a[href^='/products/']").first().click();
  await page.waitForURL("**/products/*");
  const slug = new URL(page.url()).pathname.split("/")[2];
  await addToCart(page, slug, 2);
  await signUp(page);
  await page.goto("/cart");
  assert.ok(await page.locator(`#content a[href='/products/${slug}']`).first().isVisible(), "the cart came along");

  const id = await checkout(page);
  assert.ok(await page.locator(".badge.confirmed, .badge.pending").first().isVisible());
  assert.deepEqual(await ordersOf(page), [id]);
  assert.equal(await unitsInCart(page), 0, "the cart is empty afterwards");
});

visit("what is sent back is refunded, by the staff", async ({ page, another }) => {
  await addToCart(page);
  await signUp(page);
  const id = await checkout(page);

  const clerk = await another();
  await staff(clerk);
  const at = async (status) => {
    await clerk.goto(`/admin/orders/${id}`);
    await clerk.locator(`.badge.${status}`).first().waitFor();
  };
  await at("confirmed");
  await send(clerk, "pack");
  await at("packed");
  await send(clerk, "ship", { tracking_number: "FR-42" });
  await at("shipped");
  await send(clerk, "deliver");
  await at("delivered");

  await page.goto(`/orders/${id}`);
  assert.match(await page.locator("#content").innerText(), /FR-42/);
  await page.goto(`/orders/${id}/return`);
  await page.locator("[name^='quantity[']").fill("1");
  await send(page, "request-return", { reason: "One was too many" });
  await page.waitForURL(`**/orders/${id}`);
  await page.locator(".badge.requested").waitFor();

  await at("delivered");
  await send(clerk, "approve");
  await clerk.locator(".badge.approved").waitFor();
  await send(clerk, "receive");
  await clerk.locator(".badge.received, .badge.refunded").waitFor();

  await reloadUntil(page, `/orders/${id}`, ".badge.refunded");
  await check(page);
});

visit("an order that is not packed yet can be called off", async ({ page }) => {
  await addToCart(page);
  await signUp(page);
  const id = await checkout(page);
  await reloadUntil(page, `/orders/${id}`, "[data-test=cancel-order]");
  await send(page, "cancel-order");
  await reloadUntil(page, `/orders/${id}`, ".badge.cancelled");
});

visit("a declined card keeps the cart, and another card buys it", async ({ page }) => {
  const slug = await addToCart(page);
  await signUp(page);
  await prepareCheckout(page, { card: CARDS.declined });
  await page.getByTestId("pay").click();
  await page.locator("[role=alert]").first().waitFor();
  assert.match(await page.locator("[role=alert]").first().innerText(), /declined/i);
  await check(page);
  await page.goto("/cart");
  assert.ok(await page.locator(`#content a[href='/products/${slug}']`).first().isVisible(), "the cart is kept");

  await page.goto("/checkout/payment");
  await send(page, "use-card", CARDS.approved);
  await page.waitForURL("**/checkout/review");
  await page.getByTestId("pay").click();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
});

visit("a double click on the button that pays makes one order", async ({ page }) => {
  await addToCart(page);
  await signUp(page);
  await prepareCheckout(page);
  await page.getByTestId("pay").dblclick();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  assert.equal((await ordersOf(page)).length, 1);
});

visit("a double click makes one order without scripts too", { javaScript: false }, async ({ page }) => {
  await addToCart(page);
  await signUp(page);
  await prepareCheckout(page);
  await page.getByTestId("pay").dblclick();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  assert.equal((await ordersOf(page)).length, 1);
});

visit("two tabs that pay for the same cart make one order", async ({ page, context }) => {
  await addToCart(page);
  await signUp(page);
  await prepareCheckout(page);
  const tab = await context.newPage();
  await tab.goto("/checkout/review");
  await Promise.all([page.getByTestId("pay").click(), tab.getByTestId("pay").click()]);
  await Promise.all([page, tab].map((it) => it.waitForURL(/\/orders\/[0-9a-f-]{36}/)));
  assert.equal((await ordersOf(page)).length, 1);
});

visit("the back button after paying does not pay again", async ({ page }) => {
  await addToCart(page);
  await signUp(page);
  const id = await checkout(page);
  await page.goBack();
  await page.waitForLoadState("load");
  const pay = page.getByTestId("pay");
  if (await pay.isVisible()) {
    await pay.click();
    await page.waitForLoadState("load");
  }
  assert.deepEqual(await ordersOf(page), [id]);
});

visit("a slow card is waited for", async ({ page }) => {
  await addToCart(page);
  await signUp(page);
  const id = await checkout(page, { card: CARDS.slow });
  await reloadUntil(page, `/orders/${id}`, ".badge.confirmed");
});

visit("the whole purchase works without scripts", { javaScript: false }, async ({ page }) => {
  await addToCart(page, undefined, 2);
  await signUp(page);
  const id = await checkout(page);
  assert.deepEqual(await ordersOf(page), [id]);
});

visit("the whole purchase fits on a phone", { phone: true }, async ({ page }) => {
  await addToCart(page);
  await signUp(page);
  await page.goto("/cart");
  await fits(page);
  await prepareCheckout(page);
  await fits(page);
  await page.getByTestId("pay").tap();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  await fits(page);
});

visit("the whole purchase speaks French", { locale: "fr-FR" }, async ({ page }) => {
  const french = async () => {
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    assert.doesNotMatch(await page.locator("#content").innerText(), /(?<!\p{L})(cart|address|order|your|pay)(?!\p{L})/iu);
    await check(page);
  };
  await addToCart(page);
  await french();
  await signUp(page);
  await page.goto("/cart");
  await french();
  await prepareCheckout(page);
  await french();
  assert.match(await page.locator("#content").innerText(), /\d,\d\d\s€/, "prices are written as in France");
  await page.getByTestId("pay").click();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  await french();
});

visit("the language that is chosen goes before the browser's", async ({ page }) => {
  await page.goto("/search?q=bread");
  await page.locator("form.languages button[value=fr]").click();
  await page.locator("html[lang=fr]").waitFor();
  assert.equal(new URL(page.url()).pathname, "/search");
  await page.goto("/cart");
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
});

visit("the whole purchase works with the keyboard alone", async ({ page }) => {
  const [{ slug }] = await products(page);
  await page.goto(`/products/${slug}`);
  await press(page, "[data-test=add-to-cart]");
  await page.locator("#cart-link .count").waitFor();
  const { name, email, password } = somebody();
  await page.goto("/sign-up");
  await type(page, { name, email, password });
  await press(page, "[data-test=sign-up]");
  await page.waitForURL((url) => url.pathname !== "/sign-up");
  await page.goto("/cart");
  await press(page, "[data-test=to-checkout]");
  await page.waitForURL("**/checkout/address");
  // A list begins with the shop's own country.
  const { country, ...address } = ADDRESS;
  await type(page, address);
  await press(page, "[data-test=use-address]");
  await page.waitForURL("**/checkout/payment");
  await type(page, CARDS.approved);
  await press(page, "[data-test=use-card]");
  await page.waitForURL("**/checkout/review");
  await press(page, "[data-test=pay]");
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
});

visit("a form that is filled in wrongly says so at the field, and keeps what was typed", async ({ page }) => {
  const { email } = somebody();
  await page.goto("/sign-up");
  await page.locator("form").filter({ has: page.getByTestId("sign-up") }).evaluate((it) => (it.noValidate = true));
  await send(page, "sign-up", { name: "Ada", email, password: "short" });
  const field = page.locator("[name=password][aria-invalid=true]");
  await field.waitFor();
  const described = (await field.getAttribute("aria-describedby")).split(" ");
  assert.ok(await page.locator(`#${described[0]}`).isVisible(), "the field names what is wrong with it");
  assert.equal(await page.locator("[name=email]").inputValue(), email);
  await check(page);
});

/** Loads a page again until something is on it that takes a moment. */
async function reloadUntil(page, path, selector) {
  const until = Date.now() + 20_000;
  do {
    await page.goto(path);
    if (await page.locator(selector).first().isVisible()) {
      return;
    }
    await page.waitForTimeout(300);
  } while (Date.now() < until);
  assert.fail(`no ${selector} on ${path}`);
}

async function fits(page) {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(wide <= screen, `${page.url()} is ${wide} wide on a screen of ${screen}`);
  await check(page);
}

/** Goes to an element by the tabulator key alone. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 150; presses++) {
    const there = await page.evaluate((it) => document.activeElement?.matches(it) ?? false, selector);
    if (there) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`the tabulator key does not lead to ${selector} on ${page.url()}`);
}

async function press(page, selector) {
  await tabTo(page, selector);
  await page.keyboard.press("Enter");
}

async function type(page, values) {
  for (const [name, value] of Object.entries(values)) {
    await tabTo(page, `[name=${name}]`);
    const list = await page.evaluate(() => document.activeElement.localName === "select");
    await page.keyboard.type(list ? value.replace(/^0/, "") : value);
  }
}
