/**
 * The one public URL space in front of separate services, by the table of apps/comptoir/src/gateway.rs.
 * A stand-in for an Ingress: it neither repeats a request nor remembers anything.
 */

import { createServer, request as send } from "node:http";

const OF_THE_HOP = /^(connection|expect|forwarded|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-real-ip|x-forwarded-.*)$/;

/**
 * The name of the service that owns `path`; none where it is not routed.
 *
 * @param {string} path
 */
export function owner(path) {
  const segments = path.split("/").slice(1);
  const [first, second] = segments;
  // What could be taken for something else further on has no place in a path of ours.
  const devious = segments.some((it) => it === "." || it === "..") || /\\|%(2e|2f|5c|25)/i.test(path);
  if (devious || segments.find((it) => it !== "") === "internal") {
    return undefined;
  }
  if (first === ".well-known" && second === "jwks.json" && segments.length === 2) {
    return "auth";
  }
  const owners = {
    auth: "auth", catalog: "catalog", cart: "cart", payment: "payment", payments: "payment",
    order: "order", orders: "order",
  };
  return (first === "api" && Object.hasOwn(owners, second) && owners[second]) || "storefront";
}

/**
 * Opens the proxy on a free port of loopback.
 *
 * @param {Record<string, number>} ports each service's port
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function openProxy(ports) {
  const server = createServer((incoming, response) => {
    const name = owner(new URL(incoming.url, "http://shop").pathname);
    if (!name || owner(incoming.url.split("?")[0]) !== name) {
      problem(response, 404, "no-such-route", "No such route");
      return;
    }
    const headers = {
      ...endToEnd(incoming.headers),
      "x-forwarded-proto": "http",
      "x-forwarded-for": incoming.socket.remoteAddress,
      "x-forwarded-host": incoming.headers.host,
      host: `127.0.0.1:${ports[name]}`,
    };
    const { method, url } = incoming;
    const outgoing = send({ host: "127.0.0.1", port: ports[name], method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, endToEnd(answer.headers));
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    outgoing.on("error", () => {
      if (response.headersSent) {
        response.destroy();
      } else {
        problem(response, 502, "bad-gateway", "The service did not answer");
      }
    });
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise((resolve, reject) => server.on("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}

function endToEnd(headers) {
  const named = (headers.connection ?? "").toLowerCase().split(",").map((it) => it.trim());
  const stays = ([name]) => !OF_THE_HOP.test(name) && !named.includes(name);
  return Object.fromEntries(Object.entries(headers).filter(stays));
}

function problem(response, status, name, title) {
  response.writeHead(status, { "Content-Type": "application/problem+json" });
  response.end(JSON.stringify({ type: `urn:comptoir:problem:${name}`, title, status }));
}
