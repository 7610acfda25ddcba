// The requests of the page (README.md). A refusal is an ApiError whose message is the server's sentence.
const kTokenKey = "thresher-token";
let token = sessionStorage.getItem(kTokenKey) ?? "";
let askForToken = async () => null;

/// ask(refused): a promise of the token that a person enters, null when he gives up; `refused`: one was tried.
export const onTokenWanted = (ask) => {
  let asking = null; // however many requests are refused at once, one question
  askForToken = (refused) => (asking ??= ask(refused).finally(() => (asking = null)));
};

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status; // 0: no answer came
  }
}

const once = async (method, path, { body, signal, accept = "application/json" } = {}) => {
  const headers = { Accept: accept };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, { method, headers, signal, cache: "no-store", body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "the server does not answer");
  }
};

const refusal = async (response) => {
  const text = await response.text().catch(() => "");
  let detail = text.slice(0, 500);
  try {
    detail = JSON.parse(text).detail ?? detail;
  } catch {
    // not ours, a proxy's perhaps: shown as it came
  }
  return new ApiError(response.status, String(detail || `the server answered with status ${response.status}`));
};

/// The answer, whatever its body; throws an ApiError for all but 2xx.
export const request = async (method, path, options) => {
  let response = await once(method, path, options);
  while (response.status === 401) {
    const tried = token;
    const entered = await askForToken(tried !== "");
    if (entered === null) throw await refusal(response);
    token = entered;
    response = await once(method, path, options);
    if (response.ok) sessionStorage.setItem(kTokenKey, token);
  }
  if (!response.ok) throw await refusal(response);
  return response;
};

const json = async (response) => {
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
};

export const get = async (path, signal) => json(await request("GET", path, { signal }));
export const post = async (path, body = {}, signal) => json(await request("POST", path, { body, signal }));
export const remove = async (path) => json(await request("DELETE", path));

/// api/live, id, "pause": api/live/ID/pause.
export const pathOf = (...parts) => parts.map((part, i) => (i === 0 ? part : encodeURIComponent(part))).join("/");

/// Saves what `path` answers as a file of the name that the server gives it, or of `name`.
export const download = async (path, name) => {
  const response = await request("GET", path, { accept: "*/*" });
  const told = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = told ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};
