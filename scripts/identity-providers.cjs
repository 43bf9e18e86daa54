"use strict";
// The servers of scripts/identity-providers: identity-providers.cjs PROGRAM

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const http = require("node:http");
const { pathToFileURL } = require("node:url");

const report = (text) => console.log(`   ${text}`);

// Both packages are ES modules, for which NODE_PATH has no effect.
const load = (name) => import(pathToFileURL(require.resolve(name)));

const SECRET = "a secret";
const USER = "a user";

/** Starts oidc-provider, whose user approves each device code after two polls. */
async function startProvider() {
  const { Provider } = await load("oidc-provider");
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(url, {
    clients: [{
      client_id: "contoso",
      client_secret: SECRET,
      grant_types: ["client_credentials", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
      redirect_uris: [],
      response_types: [],
    }],
    features: { clientCredentials: { enabled: true }, deviceFlow: { enabled: true } },
    // Without these, the server prints a notice for each.
    ttl: { AccessToken: 60, ClientCredentials: 60, DeviceCode: 60, Grant: 60, IdToken: 60, RefreshToken: 60 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  let polls = 0;
  provider.use(async (context, next) => {
    await next();
    // The response waits for the approval, so that the third poll finds it.
    if (context.body?.error === "authorization_pending" && ++polls === 2) {
      await approve(provider, context.oidc.params.device_code);
    }
  });
  server.on("request", provider.callback());
  return { server, url };
}

/** Approves a device code, as the pages do when a user signs in and consents. */
async function approve(provider, value) {
  const code = await provider.DeviceCode.find(value);
  const grant = new provider.Grant({ accountId: USER, clientId: "contoso" });
  grant.addOIDCScope(code.params.scope);
  Object.assign(code, { accountId: USER, grantId: await grant.save(), scope: code.params.scope, claims: {} });
  await code.save();
}

/** Starts oauth2-mock-server, which checks the secret and responds as Entra does. */
async function startMock(arrived) {
  const { OAuth2Server } = await load("oauth2-mock-server");
  const server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(0, "127.0.0.1");
  server.service.on("beforeResponse", (response, request) => {
    arrived.push({ grant: request.body.grant_type, headers: request.headers });
    const [, basic] = (request.headers.authorization ?? "").split(" ");
    const secret = decodeURIComponent(Buffer.from(basic ?? "", "base64").toString().split(":")[1] ?? "");
    if (secret.replaceAll("+", " ") === SECRET) return;
    response.statusCode = 401;
    response.body = {
      error: "invalid_client",
      error_description: "AADSTS7000215: Invalid client secret provided.",
      error_codes: [7000215],
    };
  });
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

/** Checks the telemetry of the three token requests that arrived at the mock server. */
function checkHeaders(arrived) {
  assert.deepEqual(arrived.map(({ grant }) => grant), ["client_credentials", "client_credentials", "refresh_token"]);
  const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  for (const { headers } of arrived) {
    assert.match(headers["x-client-current-telemetry"], /^5\|1004,/);
    assert.match(headers["client-request-id"], guid);
    assert.equal(headers["x-client-sku"], "Contoso.Auth");
    assert.equal(headers["x-client-ver"], "1.2.0");
  }
  const ids = arrived.map(({ headers }) => headers["client-request-id"]);
  assert.equal(new Set(ids).size, 3, "two acquisitions have the same id");
  const last = arrived.map(({ headers }) => headers["x-client-last-telemetry"] ?? "");
  assert.doesNotMatch(last[0], /invalid_client/);
  // The second request reports the failure of the first one, and the third does not report it again.
  assert.ok(last[1].includes(`|1004,${ids[0]}|invalid_client|`), last[1]);
  assert.doesNotMatch(last[2], /invalid_client/);
}

async function main(program) {
  const arrived = [];
  const provider = await startProvider();
  const mock = await startMock(arrived);
  report(`oidc-provider at ${provider.url}, oauth2-mock-server at ${mock.url}`);
  const child = spawn(program, [provider.url, mock.url], { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.on("data", (text) => String(text).trimEnd().split("\n").forEach(report));
  const [status] = await once(child, "close");
  assert.equal(status, 0, "the program failed");
  checkHeaders(arrived);
  report(`the headers of ${arrived.length} requests are as expected`);
  provider.server.closeAllConnections();
  provider.server.close();
  await mock.server.stop();
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
