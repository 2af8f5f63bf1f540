// An S3-compatible store for tests: s3rver, and in front of it a proxy that refuses what is not
// signed as it should be, and fails as it is told to.
//
//   node store.js FOLDER ACCESS_KEY_ID SECRET_ACCESS_KEY CERTIFICATE KEY
//
// prints the proxy's ports, of HTTP and of HTTPS. Where the bucket stands in front of the host name,
// it is not in the path. `PUT /-/fault` with a JSON object makes it fail from then on:
//   {"status": 500}            every request is answered so
//   {"cut": 1000}              the connection is cut when so many bytes of a body have come
//   {"hang": true}             no body is read, nothing is answered
//   {"hold": "begun"}          a PUT gets no answer: nothing is read behind its first bytes;
//   {"hold": "received"}       its body is read, and nothing done with it;
//   {"hold": "stored"}         the object is stored
//   {"slow": 100}              so many milliseconds pass after each piece of a body and of an answer
//   {"break": true}            a body is stored without its last byte
//   {"skew": true}             as if this machine's clock were an hour ahead of the client's
//   {"token": "..."}           requests must be signed with this session token
// `GET /-/requests` lists "METHOD /path STATUS" of what was asked; of a PUT that is held, "held".
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const https = require("https");
const { setTimeout: passTime } = require("timers/promises");
const { Sha256 } = require("@aws-crypto/sha256-js");
const { SignatureV4 } = require("@smithy/signature-v4");
const S3rver = require("s3rver");

const [folder, accessKeyId, secretAccessKey, certificate, key] = process.argv.slice(2);
const REGION = "eu-test-1";
const BUCKET = "predictions";

let fault = {};
let requests = [];
let inner;

function refuse(response, status, code, message) {
  const headers = { "Content-Type": "application/xml" };
  if (fault.skew) headers.Date = new Date(Date.now() + 3600 * 1000).toUTCString();
  response.writeHead(status, headers);
  response.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

// What is wrong with the signature of a request: [code, message]; null when nothing is.
async function signatureFault(request) {
  const authorization = request.headers.authorization || "";
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(authorization);
  if (!parts) return ["AccessDenied", "not signed"];
  const [, key, , region, signedHeaders, signature] = parts;
  if (key !== accessKeyId) return ["InvalidAccessKeyId", "no such key"];
  if (region !== REGION) return ["AuthorizationHeaderMalformed", `the region is ${REGION}`];
  const signed = signedHeaders.split(";");
  for (const name of ["host", "x-amz-date", "x-amz-content-sha256"])
    if (!signed.includes(name)) return ["AccessDenied", `${name} is not signed`];
  for (const name of Object.keys(request.headers))
    if (name.startsWith("x-amz-") && !signed.includes(name))
      return ["AccessDenied", `${name} is not signed`];
  const token = request.headers["x-amz-security-token"];
  if (token !== fault.token) return ["InvalidToken", "another session token"];

  const headers = {};
  for (const name of signed) headers[name] = request.headers[name];
  const date = headers["x-amz-date"].replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const url = new URL(request.url, "http://any");
  const signer = new SignatureV4({
    service: "s3", region, sha256: Sha256, uriEscapePath: false, applyChecksum: false,
    credentials: { accessKeyId, secretAccessKey, sessionToken: token },
  });
  const expected = await signer.sign(
    { method: request.method, protocol: "http:", hostname: "any", path: url.pathname,
      query: Object.fromEntries(url.searchParams), headers },
    { signingDate: new Date(date), signableHeaders: new Set(signed) });
  if (!expected.headers.authorization.endsWith(`Signature=${signature}`))
    return ["SignatureDoesNotMatch", "the signature is another"];
  return null;
}

const isControl = (request) => request.url.startsWith("/-/");
const holds = (request, moment) =>
  request.method === "PUT" && fault.hold === moment && !isControl(request);
const note = (request, status) => requests.push(`${request.method} ${request.url} ${status}`);

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (fault.slow) await passTime(fault.slow);
    if (holds(request, "begun")) {
      note(request, "held");
      await new Promise(() => {});  // It never goes on.
    }
    if (fault.cut !== undefined && bytes >= fault.cut) {
      request.socket.destroy();
      return null;
    }
  }
  return Buffer.concat(chunks);
}

function control(request, response, body) {
  if (request.url === "/-/fault") fault = JSON.parse(body);
  response.end(JSON.stringify(request.url === "/-/requests" ? requests : fault));
}

async function send(answer, response) {
  for await (const piece of answer) {
    response.write(piece);
    if (fault.slow) await passTime(fault.slow);
  }
  response.end();
}

function pass(request, response, body) {
  const forwarded = { ...request.headers };
  const isOfHost = (forwarded.host || "").startsWith(`${BUCKET}.`);
  const path = isOfHost ? `/${BUCKET}${request.url}` : request.url;
  forwarded.host = `127.0.0.1:${inner}`;
  delete forwarded.authorization;
  delete forwarded.expect;
  if (body.length > 0) forwarded["content-length"] = body.length;
  const onward = http.request(
    { port: inner, host: "127.0.0.1", method: request.method, path, headers: forwarded },
    (answer) => {
      if (holds(request, "stored") && answer.statusCode === 200) {
        answer.resume();
        return note(request, "held");
      }
      note(request, answer.statusCode);
      response.writeHead(answer.statusCode, answer.headers);
      send(answer, response).catch(() => response.destroy());
    });
  onward.on("error", () => response.destroy());
  onward.end(body);
}

async function handle(request, response) {
  if (!isControl(request) && fault.hang) return;
  let body = await bodyOf(request).catch(() => null);
  if (body === null) {
    note(request, "cut");
    return;
  }
  if (isControl(request)) return control(request, response, body);
  if (holds(request, "received")) return note(request, "held");
  if (fault.status) {
    note(request, fault.status);
    return refuse(response, fault.status, "InternalError", "told to fail");
  }
  if (fault.skew) {
    note(request, 403);
    return refuse(response, 403, "RequestTimeTooSkewed", "The difference is too large.");
  }
  const wrong = await signatureFault(request);
  if (wrong) {
    note(request, 403);
    return refuse(response, 403, ...wrong);
  }
  const sha256 = crypto.createHash("sha256").update(body).digest("hex");
  if (sha256 !== request.headers["x-amz-content-sha256"]) {
    note(request, 400);
    return refuse(response, 400, "XAmzContentSHA256Mismatch", "the body is another");
  }
  if (fault.break && body.length > 0) body = body.subarray(0, body.length - 1);
  pass(request, response, body);
}

async function main() {
  const store = new S3rver({
    address: "127.0.0.1", port: 0, silent: true, directory: folder,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  inner = (await store.run()).port;
  const answer = (request, response) => {
    handle(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  };
  const proxies = [http.createServer(answer),
    https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) }, answer)];
  const ports = [];
  for (const proxy of proxies) {
    await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
    ports.push(proxy.address().port);
  }
  console.log(ports.join(" "));
}

main();
