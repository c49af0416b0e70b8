// The journeys of `comptoir load` for k6: the same requests, in the same order, under the same names of steps
// (crates/load/src/journeys.rs). ci/k6 runs it and compares.
//
//   TARGET=http://localhost:8080 k6 run load/journeys.js
//
// RATE (5) journeys a second for DURATION (20s), Poisson arrivals are not among k6's; CUSTOMERS (20) are signed up
// before. MIX as in `comptoir load --mix`. Thresholds: see `options`. Its latencies are those of requests: k6 times a
// journey from when a virtual user begins it.
import { check, fail } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";

const TARGET = __ENV.TARGET || "http://localhost:8080";
const RATE = Number(__ENV.RATE || 5);
const CUSTOMERS = Number(__ENV.CUSTOMERS || 20);
const MIX = __ENV.MIX || "browse=60,abandon=20,purchase=15,returning=5";

const CARD = { number: "4242 4242 4242 4242", exp_month: 12, exp_year: new Date().getFullYear() + 3, cvc: "123" };
const ADDRESS = { name: "Ada Load", line1: "1 rue Rambuteau", city: "Paris", postal_code: "75001", country: "FR" };
const STEPS = [
  "categories", "search", "product", "add", "cart", "address", "tokenise", "checkout", "order", "history", "sign-in",
];

export const options = {
  // k6's own default is 60 s for this; a shop on a laptop hashes a few passwords a second.
  setupTimeout: "10m",
  summaryTrendStats: ["count", "med", "p(90)", "p(95)", "p(99)", "p(99.9)", "max"],
  scenarios: {
    visitors: {
      executor: "constant-arrival-rate",
      rate: RATE,
      timeUnit: "1s",
      duration: __ENV.DURATION || "20s",
      // A virtual user has the customer of its number, and so a cart of its own.
      preAllocatedVUs: CUSTOMERS,
      maxVUs: CUSTOMERS,
    },
  },
  thresholds: {
    checks: ["rate>0.99"],
    dropped_iterations: [`count<${Math.max(1, RATE)}`],
    // A threshold makes k6 show the figures of a step by itself.
    ...Object.fromEntries(STEPS.map((step) => [`http_req_duration{step:${step}}`, ["p(99)<10000"]])),
  },
};

const journeyTook = new Trend("journey_took", true);
const soldOut = new Counter("sold_out");

/** A request of a step, answered with `expected`. */
function ask(step, method, path, { token, cart, key, body, expected = 200 } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (cart) headers["X-Cart-Token"] = cart;
  if (key) headers["Idempotency-Key"] = key;
  const answer = http.request(method, `${TARGET}${path}`, body ? JSON.stringify(body) : null, {
    headers,
    redirects: 0,
    timeout: "10s",
    // What is asked before is no step of a journey.
    tags: { step: __VU === 0 ? "before" : step, name: step },
    responseCallback: http.expectedStatuses(expected, 409),
  });
  if (answer.status === 409 && /"urn:comptoir:problem:(insufficient-stock|out-of-stock)"/.test(answer.body)) {
    soldOut.add(1);
    return undefined;
  }
  return check(answer, { [step]: (it) => it.status === expected }) ? answer : undefined;
}

/** Like `ask`, and ends the journey without an answer. */
class Stop extends Error {}
function must(...request) {
  const answer = ask(...request);
  if (!answer) throw new Stop();
  return answer;
}

function uuid() {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
}

function signIn(customer) {
  const body = { email: customer.email, password: customer.password };
  customer.token = must("sign-in", "POST", "/api/auth/login", { body }).json("access_token");
  // Access tokens end after five minutes.
  customer.until = Date.now() + 240_000;
}

/** What can be bought, and customers with an account, a card and an address. */
export function setup() {
  const found = http.get(`${TARGET}/api/catalog/products?in_stock=true&limit=100`);
  if (found.status !== 200) fail(`the catalog answers ${found.status}`);
  const products = found.json("items").map(({ id, slug }) => {
    const word = slug.split("-").reduce((one, other) => (other.length > one.length ? other : one));
    return { id, slug, word };
  });
  const customers = [];
  for (let count = 0; count < CUSTOMERS; count += 1) {
    const customer = { email: `load-${uuid()}@example.com`, password: uuid() };
    const body = { ...customer, name: "Ada Load" };
    must("sign-up", "POST", "/api/auth/register", { body, expected: 201 });
    signIn(customer);
    const as = { token: customer.token, expected: 201 };
    customer.method = must("tokenise", "POST", "/api/payments/methods", { ...as, body: { card: CARD } }).json("id");
    customer.address = must("address", "POST", "/api/auth/me/addresses", { ...as, body: ADDRESS }).json("id");
    customers.push(customer);
  }
  return { products, customers };
}

let customer;

export default function visit({ products, customers }) {
  customer ??= customers[(exec.vu.idInTest - 1) % customers.length];
  const begun = Date.now();
  const journey = drawn();
  const draw = () => products[Math.floor(Math.random() * products.length)];
  try {
    journeys[journey](draw);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  } finally {
    journeyTook.add(Date.now() - begun, { journey });
  }
}

function drawn() {
  const weights = MIX.split(",").map((it) => it.split("="));
  let left = Math.random() * weights.reduce((sum, [, weight]) => sum + Number(weight), 0);
  for (const [name, weight] of weights) {
    left -= Number(weight);
    if (left < 0) return name;
  }
  return "browse";
}

const search = ({ word }) => must("search", "GET", `/api/catalog/products?q=${word}&limit=20`);
const lookAt = ({ slug }) => must("product", "GET", `/api/catalog/products/${slug}`);
const add = ({ id }, how) => must("add", "PUT", `/api/cart/items/${id}`, { ...how, body: { quantity: 1 } });

/** Search, product, two into the cart; the cart's token, for a guest. */
function fillCart(draw, how) {
  const first = draw();
  search(first);
  lookAt(first);
  const cart = add(first, how).headers["X-Cart-Token"];
  add(draw(), { ...how, cart });
  return cart;
}

function checkOut(method) {
  const body = { payment_method_id: method, shipping_address: ADDRESS };
  const how = { token: customer.token, key: uuid(), body, expected: 201 };
  return must("checkout", "POST", "/api/orders", how).json("id");
}

function asCustomer(journey) {
  return (draw) => {
    if (Date.now() > customer.until) signIn(customer);
    journey(draw, { token: customer.token });
  };
}

const journeys = {
  browse(draw) {
    must("categories", "GET", "/api/catalog/categories");
    const first = draw();
    search(first);
    lookAt(first);
    lookAt(draw());
  },
  abandon(draw) {
    const cart = fillCart(draw, {});
    must("cart", "GET", "/api/cart", { cart });
  },
  purchase: asCustomer((draw, as) => {
    fillCart(draw, as);
    must("address", "PUT", `/api/auth/me/addresses/${customer.address}`, { ...as, body: ADDRESS });
    const made = must("tokenise", "POST", "/api/payments/methods", { ...as, body: { card: CARD }, expected: 201 });
    checkOut(made.json("id"));
    must("history", "GET", "/api/orders?limit=10", as);
    // The shop keeps 20 cards of a customer.
    http.del(`${TARGET}/api/payments/methods/${made.json("id")}`, null, { headers: { Authorization: `Bearer ${as.token}` }, tags: { step: "forget", name: "forget" } });
  }),
  returning: asCustomer((draw, as) => {
    const product = draw();
    lookAt(product);
    add(product, as);
    const order = checkOut(customer.method);
    must("order", "GET", `/api/orders/${order}`, as);
  }),
  "sign-in"() {
    signIn(customer);
  },
};
