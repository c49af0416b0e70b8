/** What the pages of a browser window complain of, whoever looks at them. */

/**
 * Adds a line to `findings` for everything that must not occur on a page of the shop: an error on the
 * console or thrown by a script, a violation of the content security policy, an answer of 500 or more, an
 * asset that is not there, a request that got no answer, and a request to anybody but the shop.
 *
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} shop
 * @param {string[]} findings
 */
export async function watch(context, shop, findings) {
  const origin = new URL(shop).origin;
  const ours = (url) => !/^https?:/.test(url) || new URL(url).origin === origin;

  await context.exposeBinding("reportViolation", ({ page }, { directive, blocked }) => {
    findings.push(`CSP violation: ${directive} forbids ${blocked}, on ${page.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation({ directive: event.effectiveDirective, blocked: event.blockedURI });
    });
  });
  context.on("console", (message) => {
    // The answers themselves are looked at below: a form that is filled in wrongly is answered with 422.
    const answer = message.text().startsWith("Failed to load resource: the server responded with a status");
    if (message.type() === "error" && !answer) {
      findings.push(`console error: ${message.text()}, on ${message.page()?.url()}`);
    }
  });
  context.on("weberror", (error) => {
    findings.push(`page error: ${error.error()}, on ${error.page()?.url()}`);
  });
  context.on("request", (request) => {
    if (!ours(request.url())) {
      findings.push(`request to a stranger: ${request.url()}`);
    }
  });
  context.on("response", (response) => {
    const request = response.request();
    const asset = !["document", "xhr", "fetch"].includes(request.resourceType());
    if (ours(response.url()) && response.status() >= (asset ? 400 : 500)) {
      findings.push(`answer ${response.status()}: ${request.method()} ${response.url()}`);
    }
  });
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // Whoever leaves a page lets go of what it was still loading.
    if (reason !== "net::ERR_ABORTED") {
      findings.push(`no answer (${reason}): ${request.method()} ${request.url()}`);
    }
  });
}
