/**
 * What visitors do again and again, in the shop's pages. A form is known by its button, and a field by the
 * name that it has in the API, so that a change of words or of layout breaks no test.
 */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

/** The demo users of services/auth/src/demo.rs. */
export const CUSTOMER = { email: "camille@example.com", password: "demo-tea-at-four" };
export const STAFF = { email: "admin@example.com", password: "demo-keys-of-the-shop" };

/** Cards of docs/reference/test-cards.md; ci/leaks.txt knows their numbers. */
export const CARDS = {
  approved: card("4242 4242 4242 4242"),
  declined: card("4000 0000 0000 0002"),
  slow: card("4000 0000 0000 4087"),
};

export const ADDRESS = {
  name: "Ada Visitor",
  line1: "1 rue Rambuteau",
  city: "Paris",
  postal_code: "75001",
  country: "FR",
};

function card(number) {
  return { number, exp_month: "12", exp_year: String(new Date().getFullYear() + 3), cvc: "123" };
}

/** Somebody whom the shop does not know yet. The password is one that ci/leaks.txt finds. */
export function somebody() {
  return { name: "Ada Visitor", email: `ada-${randomUUID()}@example.com`, password: `mot-de-passe-${randomUUID()}` };
}

/** The form that the button with this `data-test` sends. */
function formOf(page, button) {
  return page.locator("form").filter({ has: page.getByTestId(button) }).first();
}

/**
 * Fills in the fields of a form, by their names, whatever kind of field they are.
 *
 * @param {import("playwright-core").Locator} form
 * @param {Record<string, string>} values
 */
export async function fillIn(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.locator(`[name="${name}"]`);
    if ((await field.evaluate((it) => it.localName)) === "select") {
      await field.selectOption(value);
    } else {
      await field.fill(value);
    }
  }
}

/**
 * Fills in the form of a button and presses it.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} button
 * @param {Record<string, string>} [values]
 */
export async function send(page, button, values = {}) {
  const form = formOf(page, button);
  await fillIn(form, values);
  await form.getByTestId(button).first().click();
}

/** A new customer, signed in. */
export async function signUp(page, person = somebody()) {
  await page.goto("/sign-up");
  await send(page, "sign-up", { name: person.name, email: person.email, password: person.password });
  await page.waitForURL((url) => url.pathname !== "/sign-up");
  return person;
}

export async function signIn(page, { email, password }) {
  await page.goto("/sign-in");
  await send(page, "sign-in", { email, password });
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** Signed in as the shop's staff. */
export async function staff(page) {
  await signIn(page, STAFF);
}

/** Products in stock that nobody else's test uses up, with their slugs, names and prices. */
export async function products(page, query = "in_stock=true&limit=20") {
  const answer = await page.request.get(`/api/catalog/products?${query}`);
  assert.equal(answer.status(), 200);
  const { items } = await answer.json();
  assert.ok(items.length > 0, `the catalog has products with ${query}`);
  return items;
}

/** Puts a product into the cart, from its page; answers the slug of the one it took. */
export async function addToCart(page, slug, quantity = 1) {
  const wanted = slug ?? (await products(page))[0].slug;
  await page.goto(`/products/${wanted}`);
  if (quantity !== 1) {
    await fillIn(formOf(page, "add-to-cart"), { quantity: String(quantity) });
  }
  const taken = page.waitForResponse((it) => it.request().method() === "POST");
  await send(page, "add-to-cart");
  assert.ok((await taken).status() < 400, "the product went into the cart");
  await page.waitForLoadState("load");
  return wanted;
}

/** From the cart to the step before paying, with an address and a card. */
export async function prepareCheckout(page, { card = CARDS.approved, address = ADDRESS } = {}) {
  await page.goto("/cart");
  await page.getByTestId("to-checkout").first().click();
  await page.waitForURL("**/checkout/address");
  await send(page, "use-address", address);
  await page.waitForURL("**/checkout/payment");
  await send(page, "use-card", card);
  await page.waitForURL("**/checkout/review");
}

/** Buys what is in the cart; answers the id of the order. */
export async function checkout(page, how) {
  await prepareCheckout(page, how);
  await page.getByTestId("pay").click();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  return new URL(page.url()).pathname.split("/")[2];
}

/** The ids of the orders in the history of whoever is signed in, newest first. */
export async function ordersOf(page) {
  await page.goto("/orders");
  const links = await page.locator("#content a").evaluateAll((them) => them.map((it) => it.getAttribute("href")));
  const ids = links.map((it) => /^\/orders\/([0-9a-f-]{36})$/.exec(it)?.[1]).filter(Boolean);
  return [...new Set(ids)];
}

/** How many units the link to the cart says are in it. */
export async function unitsInCart(page) {
  const count = page.locator("#cart-link .count");
  return (await count.count()) === 0 ? 0 : Number(await count.innerText());
}
