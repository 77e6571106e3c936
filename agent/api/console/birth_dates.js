// Birth dates as staff type them from a paper, western or of an era. `agent/patients/_birth_dates.py`
// reads the same ones; a test compares the two.

// Full name, short name, letter, the digit that stands for it in seven-digit dates, first and last day.
const ERAS = [
  ["明治", "明", "M", "1", "18680125", "19120730"],
  ["大正", "大", "T", "2", "19120730", "19261225"],
  ["昭和", "昭", "S", "3", "19261225", "19890107"],
  ["平成", "平", "H", "4", "19890108", "20190430"],
  ["令和", "令", "R", "5", "20190501", "29991231"],
];
const NAMES = ERAS.flatMap((era) => era.slice(0, 3)).join("|");
const DASHES = /[‐‑‒–—−ー]/g;
const WESTERN = [
  /^([0-9]{4})([0-9]{2})([0-9]{2})$/,
  /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$/,
  /^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日$/,
];
const OF_ERA = [
  new RegExp(`^(${NAMES}|[1-5])([0-9]{2})([0-9]{2})([0-9]{2})$`),
  new RegExp(`^(${NAMES})([0-9]{1,2}|元)[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$`),
  new RegExp(`^(${NAMES})([0-9]{1,2}|元)年([0-9]{1,2})月([0-9]{1,2})日$`),
];

// yyyyMMdd, or null where this is no day. A year of two digits without an era is none.
export function readBirthDate(text) {
  const plain = text.normalize("NFKC").toUpperCase();
  const written = plain.replace(DASHES, "-").replaceAll("・", ".").replace(/[ \t]/g, "");
  const western = firstMatch(WESTERN, written);
  if (western) {
    return digitsOf(...western);
  }
  const [name, year, month, day] = firstMatch(OF_ERA, written) ?? [];
  const [, , , , first, last] = ERAS.find((era) => era.includes(name)) ?? [];
  if (!first) {
    return null;
  }
  const count = year === "元" ? 1 : Number(year);
  const digits = digitsOf(Number(first.slice(0, 4)) + count - 1, month, day);
  return digits !== null && first <= digits && digits <= last ? digits : null;
}

function firstMatch(patterns, text) {
  return patterns.map((each) => each.exec(text)).find(Boolean)?.slice(1);
}

function digitsOf(year, month, day) {
  const digits = [String(year).padStart(4, "0"), month.padStart(2, "0"), day.padStart(2, "0")].join("");
  const at = new Date(0);
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isDay = at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day);
  return isDay && Number(year) > 0 ? digits : null;
}
