// Requests to the agent.

const PATIENCE_MS = 5000;

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
    return this.#call("GET", path);
  }

  post(path, body) {
    return this.#call("POST", path, body);
  }

  put(path, body) {
    return this.#call("PUT", path, body);
  }

  delete(path) {
    return this.#call("DELETE", path);
  }

  async #call(method, path, body) {
    const headers = { Authorization: `Bearer ${this.#token}` };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body), signal });
    const text = await answer.text();
    const told = text === "" ? null : JSON.parse(text);
    if (!answer.ok) {
      throw new Refused(answer.status, told?.detail ?? "");
    }
    return told;
  }
}

// Not the browser's word that a connection is open: an agent that hangs keeps it open.
export async function isAgentAlive() {
  try {
    return (await fetch("healthz", { signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}
