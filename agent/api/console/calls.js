// Requests to the agent.

const PATIENCE_MS = 5000;
const FILE_PATIENCE_MS = 120_000;

export class Refused extends Error {
  constructor(status, detail) {
    super(`HTTP ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

export class Calls {
  #token;

  constructor(token) {
    this.#token = token;
  }

  get(path) {
    return this.#tell("GET", path);
  }

  post(path, body, patienceMs = PATIENCE_MS) {
    return this.#tell("POST", path, body, patienceMs);
  }

  put(path, body) {
    return this.#tell("PUT", path, body);
  }

  delete(path) {
    return this.#tell("DELETE", path);
  }

  // A file as { name, blob }.
  async file(path) {
    const answer = await this.#call("GET", path, undefined, FILE_PATIENCE_MS);
    const [, name] = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"));
    return { name, blob: await answer.blob() };
  }

  async #tell(method, path, body, patienceMs = PATIENCE_MS) {
    const answer = await this.#call(method, path, body, patienceMs);
    return parsed(await answer.text());
  }

  async #call(method, path, body, patienceMs) {
    const headers = { Authorization: `Bearer ${this.#token}` };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    const signal = AbortSignal.timeout(patienceMs);
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body), signal });
    if (!answer.ok) {
      throw new Refused(answer.status, parsed(await answer.text())?.detail ?? "");
    }
    return answer;
  }
}

function parsed(text) {
  return text === "" ? null : JSON.parse(text);
}

// Not the browser's word that a connection is open: an agent that hangs keeps it open.
export async function isAgentAlive() {
  try {
    return (await fetch("healthz", { signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}
