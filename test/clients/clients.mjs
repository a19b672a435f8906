// Lets the libraries do what the test asks for: one JSON object a line in, one a line out.
import http from "node:http";
import readline from "node:readline";
import * as octokit from "@octokit/webhooks-methods";
import { CloudEvent, HTTP, Mode, emitterFor, httpTransport } from "cloudevents";
import * as standardwebhooks from "standardwebhooks";
import * as svix from "svix";

const webhooks = { standardwebhooks: standardwebhooks.Webhook, svix: svix.Webhook };

const actions = {
  // sign returns the headers that the library adds to a body.
  async sign({ library, secret, id, at, body }) {
    if (library === "octokit") {
      return { "X-Hub-Signature-256": await octokit.sign(secret, body) };
    }
    const signature = new webhooks[library](secret).sign(id, new Date(at), body);
    return { "webhook-id": id, "webhook-timestamp": String(Math.floor(at / 1000)), "webhook-signature": signature };
  },

  // verify says whether the library accepts a message at a time. It throws what the library throws.
  async verify({ library, secrets, at, headers, body }) {
    if (library === "octokit") {
      return await octokit.verifyWithFallback(secrets[0], body, headers["X-Hub-Signature-256"], secrets.slice(1));
    }
    const clock = Date.now;
    Date.now = () => at;
    try {
      const failures = secrets.filter((secret) => {
        try {
          new webhooks[library](secret).verify(body, headers);
          return false;
        } catch (error) {
          if (!(error instanceof standardwebhooks.WebhookVerificationError) && !(error instanceof svix.WebhookVerificationError)) {
            throw error;
          }
          return true;
        }
      });
      return failures.length < secrets.length;
    } finally {
      Date.now = clock;
    }
  },

  // message returns the headers and the body of events.
  async message({ mode, events }) {
    const list = events.map((event) => new CloudEvent(event));
    if (mode === "batch") { // the library parses batches, and makes none
      return { headers: { "content-type": "application/cloudevents-batch+json" }, body: JSON.stringify(list) };
    }
    const { headers, body } = HTTP[mode](list[0]);
    return { headers, body };
  },

  // emit sends an event by the library's own transport, which does not tell the status.
  async emit({ mode, events, url, headers }) {
    const emit = emitterFor(httpTransport(url), { mode: mode === "binary" ? Mode.BINARY : Mode.STRUCTURED });
    await emit(new CloudEvent(events[0]), { headers });
    return null;
  },

  // parse returns the event in a message.
  async parse({ headers, body }) {
    const event = HTTP.toEvent({ headers, body });
    event.validate();
    return event.toJSON();
  },

  // send posts a message. A header may have several values: each is a header of its own.
  async send({ url, headers, body }) {
    return await new Promise((resolve, reject) => {
      const request = http.request(url, { method: "POST", headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode, body: text }));
      });
      request.on("error", reject);
      request.end(body);
    });
  },

  // fetch posts a message by fetch.
  async fetch({ url, headers, body }) {
    const response = await fetch(url, { method: "POST", headers, body });
    return { status: response.status, body: await response.text() };
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { action, ...parameters } = JSON.parse(line);
  let answer;
  try {
    answer = { result: await actions[action](parameters) };
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
