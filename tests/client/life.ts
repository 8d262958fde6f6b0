/* The life of an incident, by a client that was made from /openapi.json alone: its types are the description's, so a
 * path, a member or a type that the description does not have is an error of the compiler. */
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

declare const process: { argv: string[] };
const [base, token] = process.argv.slice(2);
const { GET, POST } = createClient<paths>({ baseUrl: base, headers: { Authorization: `Bearer ${token}` } });

function done<T>(what: string, answer: { data?: T; error?: unknown; response: Response }): T {
  if (!answer.response.ok || answer.data === undefined)
    throw new Error(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function same(what: string, is: unknown, wanted: unknown): void {
  if (JSON.stringify(is) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 20000; Date.now() < end; await new Promise((r) => setTimeout(r, 30))) {
    const found = await ask();
    if (found !== undefined) return found;
  }
  throw new Error(`not within 20 s: ${what}`);
}

type Step = components["schemas"]["Step"];

const alert = await POST("/api/v2/alerts", { body: [{ labels: { alertname: "ShopDown", service: "shop", severity: "SEV-1" } }] });
same("an alert is taken", alert.response.status, 200);

const incident = await until("an incident", async () =>
  done("incidents", await GET("/api/v1/incidents", { params: { query: { state: "open" } } })).incidents[0]);
const at = { params: { path: { incident: incident.number } } };
same("severity", incident.severity, "SEV-1");

const taken = done("acknowledge", await POST("/api/v1/incidents/{incident}/acknowledge", { ...at, body: { as: "ana" } }));
same("acknowledged by", taken.acknowledged_by, "person:ana");
const led = done("role", await POST("/api/v1/incidents/{incident}/roles", { ...at, body: { role: "commander", person: "ana", as: "ana" } }));
same("commander", led.roles.map((r) => r.person), ["ana"]);
done("note", await POST("/api/v1/incidents/{incident}/notes", { ...at, body: { text: "looking", as: "ana" } }));
done("state", await POST("/api/v1/incidents/{incident}/state", { ...at, body: { state: "identified", as: "ana" } }));

const waiting = await until<Step>("a change that waits for an approval", async () =>
  done("steps", await GET("/api/v1/incidents/{incident}/steps", at)).steps.find((step) => step.approval));
const step = { params: { path: { run: waiting.run, step: waiting.line } } };
for (const person of ["ben", "cleo"])
  done("approve", await POST("/api/v1/runs/{run}/steps/{step}/approve", { ...step, body: { sha256: waiting.approval!.sha256, as: person } }));
const ran = await until("its end", async () => {
  const now = done("step", await GET("/api/v1/runs/{run}/steps/{step}", step));
  return now.finished_at ? now : undefined;
});
same("exit code", ran.exit_code, 0);

const over = done("resolve", await POST("/api/v1/incidents/{incident}/resolve", { ...at, body: { text: "cache cleared", force: true, as: "ana" } }));
same("state", over.state, "resolved");
const timeline = done("timeline", await GET("/api/v1/incidents/{incident}/timeline", at));
same("all is on the timeline", timeline.events.some((e) => e.kind === "incident.resolved"), true);
const report = await GET("/api/v1/incidents/{incident}/report", { ...at, parseAs: "text" });
same("the report tells it", done("report", report).includes("cache cleared"), true);

const wrong = await POST("/api/v1/incidents/{incident}/notes", { ...at, body: { text: "", as: "ana" } });
same("a refusal names the member", wrong.error?.error.field, "text");
console.log("lived");
