// Times as staff read them: Japan's, by the agent's clock.

import { language, say } from "./words.js";

const ZONE = "Asia/Tokyo";
const DAYS = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: ZONE });
const DAY_MS = 24 * 60 * 60 * 1000;
const formats = new Map();

let behindMs = 0;

// The agent told its time just now.
export function setClock(at) {
  behindMs = Date.parse(at) - Date.now();
}

export function now() {
  return Date.now() + behindMs;
}

export function time(at, style = "short") {
  return format("time", { timeStyle: style, hourCycle: "h23", timeZone: ZONE }).format(moment(at));
}

// yyyy-MM-dd in Japan: two moments of one day have the same.
export function dayOf(at) {
  return DAYS.format(moment(at));
}

export function dateAndTime(at) {
  const style = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone: ZONE };
  return format("both", style).format(moment(at));
}

// A yyyyMMdd of the reception interface; what is no day is shown as it is.
export function day(digits) {
  const at = dayStart(digits);
  return at === null ? digits : format("day", { dateStyle: "long", timeZone: "UTC" }).format(at);
}

// In Japanese with the year of the era, as on the papers that patients bring.
export function birthday(digits) {
  const at = dayStart(digits);
  if (at === null) {
    return digits;
  }
  const style = { dateStyle: "long", timeZone: "UTC", calendar: "japanese" };
  const written = language() === "ja" ? format("era", style).format(at) : day(digits);
  return say("person.born", { date: written, year: digits.slice(0, 4), age: age(digits) });
}

export function period(from, until) {
  return [from, until].every((each) => !each)
    ? ""
    : say("person.period", { from: from ? day(from) : "", until: until ? day(until) : "" });
}

// Whole days from today until a yyyyMMdd; less than 0: it is over. null: that is no day.
export function daysUntil(digits) {
  const [until, today] = [dayStart(digits), dayStart(dayOf(now()).replaceAll("-", ""))];
  return until === null ? null : Math.round((until - today) / DAY_MS);
}

// The same day some months later, or that month's last.
export function monthsAfter(digits, months) {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  const last = new Date(Date.UTC(year, month + months, 0));
  const at = new Date(Date.UTC(year, month - 1 + months, Math.min(day, last.getUTCDate())));
  return at.toISOString().slice(0, 10).replaceAll("-", "");
}

export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours > 0) {
    return say("duration.hours", { hours, minutes: minutes % 60 });
  }
  const parts = { minutes, seconds: seconds % 60 };
  return say(minutes > 0 ? "duration.minutes" : "duration.seconds", parts);
}

export function since(at) {
  return now() - Date.parse(at);
}

function age(digits) {
  const today = dayOf(now()).replaceAll("-", "");
  return Math.floor((Number(today) - Number(digits)) / 10000);
}

function dayStart(digits) {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(digits) ?? [];
  const at = new Date(Date.UTC(year, month - 1, date));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === Number(date) ? at : null;
}

function moment(at) {
  return typeof at === "string" ? Date.parse(at) : at;
}

function format(name, style) {
  const key = `${name} ${style.timeStyle} ${language()}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(language(), style));
  }
  return formats.get(key);
}
