// What one result says, in groups of facts. What is not there is left out.

import { birthday, dateAndTime, day, daysUntil, period } from "./moments.js";
import { say, sayCode, sayIfAny, sayWhy } from "./words.js";

const CONSENTS = ["surgery", "diagnosis", "medication", "health_checkup"];
// The fields that have a reading of their own; anybody else's would be a wrong one.
const READINGS = { name: "name_kana", name_of_other: "name_of_other_kana" };
const CONSENT_MS = 24 * 3_600_000;
const CONSENT_LOOKS = { given: "good", refused: "doubt", unobtainable: "care", not_asked: "quiet" };

// Each group is { key, title, facts }, each fact { key, label, text, look }.
export function groupsOf(result) {
  const { record } = result.detail ?? {};
  const groups = [
    ...(record ? groupsOfRecord(record) : []),
    ...(result.detail ? patientsWordGroups(result.detail) : []),
    group("handovers", result.handovers.map(handoverFact)),
    group("proof", proofFacts(result)),
  ];
  return groups.filter(hasFacts);
}

// An answer of the eligibility source alone.
export function groupsOfRecord({ person }) {
  const groups = [
    group("insurance", insuranceFacts(person)),
    group("elderly", elderlyFacts(person.elderly)),
    group("limit", limitFacts(person.limit)),
    group("diseases", (person.specific_diseases ?? []).flatMap(diseaseFacts)),
    group("tickets", (person.medical_tickets ?? []).flatMap(ticketFacts)),
    group("person", personFacts(person)),
  ];
  return groups.filter(hasFacts);
}

function patientsWordGroups(detail) {
  return [
    group("unwritable", detail.unwritable.map((each) => unwritableFact(each, detail))),
    group("consents", CONSENTS.map((item) => consentFact(item, detail.consents))),
  ];
}

function insuranceFacts(person) {
  const insured = person.insured_name === person.name ? null : person.insured_name;
  return [
    fact("insurer_name", person.insurer_name),
    fact("insurer_number", person.insurer_number),
    fact("symbol", person.insured_card_symbol),
    fact("number", person.insured_identification_number),
    fact("branch", person.insured_branch_number),
    fact("relation", coded("oqs.009", person.personal_family_classification)),
    fact("insured_name", insured),
    fact("classification", coded("oqs.010", person.insured_card_classification)),
    fact("share", share(person.insured_partial_contribution_ratio)),
    fact("preschool", coded("oqs.015", person.preschool_classification)),
    fact("valid", period(person.insured_card_valid_date, person.insured_card_expiration_date)),
    fact("qualified", dated(person.qualification_date)),
    fact("disqualified", dated(person.disqualification_date), "doubt"),
    fact("loss", coded("oqs.008", person.reason_of_loss), "doubt"),
  ].flat();
}

function elderlyFacts(elderly) {
  return elderly
    ? [
        fact("elderly_share", share(elderly.elderly_recipient_contribution_ratio)),
        fact(
          "valid",
          period(
            elderly.elderly_recipient_valid_start_date,
            elderly.elderly_recipient_valid_end_date,
          ),
        ),
      ].flat()
    : [];
}

function limitFacts(limit) {
  const of = (name) => limit[`limit_application_certificate_${name}`];
  return limit
    ? [
        fact("limit_flag", coded("oqs.012", of("classification_flag"))),
        fact("limit_kind", coded("oqs.011", of("classification"))),
        fact("valid", period(of("valid_start_date"), of("valid_end_date"))),
        fact("limit_long", dated(of("long_term_date"))),
      ].flat()
    : [];
}

function diseaseFacts(disease, index) {
  const of = (name) => disease[`specific_diseases_${name}`];
  return numbered(index, [
    fact("disease", coded("oqs.013", of("disease_category"))),
    fact("self_pay", yen(of("self_pay"))),
    fact("valid", period(of("valid_start_date"), of("valid_end_date"))),
  ]);
}

function ticketFacts(ticket, index) {
  const from = ticket.medical_ticket_valid_date;
  return numbered(index, [
    fact("ticket", coded("oqs.018", ticket.ticket_type)),
    fact("ticket_treatment", coded("oqs.019", ticket.medical_treatment_type)),
    fact("ticket_month", ticket.medical_treatment_month),
    fact("valid", period(from, ticket.medical_ticket_expiration_date)),
    fact("self_pay", yen(ticket.self_pay_amount)),
    fact("ticket_number", ticket.issue_number),
  ]);
}

function personFacts(person) {
  return [
    fact("birthdate", birthday(person.birthdate)),
    fact("sex", coded("oqs.007", person.sex2 ?? person.sex1)),
    fact("other_name", [person.name_of_other, person.name_of_other_kana].filter(Boolean).join(" ")),
    fact("address", [person.post_number, person.address].filter(Boolean).join(" ")),
    fact("reference_number", person.reference_number),
  ].flat();
}

function unwritableFact({ field, characters, code_points }, { record }) {
  const reading = record?.person[READINGS[field]];
  const values = { characters: characters.join(" "), codes: code_points.join(", ") };
  const told = say("person.unwritable", values);
  const text = reading ? `${told} ${say("person.reading", { reading })}` : told;
  return { key: field, label: sayCode("field", field), text, look: "care" };
}

// Refused, not possible to ask, and not asked are three different answers.
function consentFact(item, consents) {
  const said = consents.find((each) => each.item === item);
  const answer = said?.answer ?? "not_asked";
  const until = said ? dateAndTime(Date.parse(said.at) + CONSENT_MS) : "";
  const text = say(`consent_answer.${answer}`, { until });
  return { key: item, label: say(`consent_item.${item}`), text, look: CONSENT_LOOKS[answer] };
}

function handoverFact({ relay, state, why }) {
  const looks = { waiting: "plain", handed_over: "good", parked: "doubt", given_up: "quiet" };
  const text = [say(`handover.${state}`), why && sayWhy(why)].filter(Boolean).join(" – ");
  return { key: relay, label: sayCode("relay", relay), text, look: looks[state] };
}

function endOf(detail) {
  const ends = detail?.certificate_ends ?? null;
  const days = ends === null ? null : daysUntil(ends);
  const left = days !== null && days >= 0 ? ` ${say("countdown.left", { days })}` : "";
  return ends === null ? "" : `${day(ends)}${left}`;
}

function proofFacts(result) {
  return [
    fact("verified", result.verified_at === null ? "" : dateAndTime(result.verified_at)),
    fact("received", dateAndTime(result.received_at)),
    fact("certificate_ends", endOf(result.detail)),
    fact("card", result.card_kind === null ? "" : say(`card_kind.${result.card_kind}`)),
    fact("result_id", result.id),
  ].flat();
}

function hasFacts({ facts }) {
  return facts.length > 0;
}

function group(key, facts) {
  return { key, title: say(`group.${key}`), hint: sayIfAny(`group_hint.${key}`), facts };
}

function fact(key, text, look = "plain") {
  return text ? [{ key, label: say(`fact.${key}`), text, look }] : [];
}

function numbered(index, facts) {
  return facts.flat().map((each) => ({ ...each, key: `${each.key} ${index}` }));
}

function coded(table, code) {
  return code ? sayCode(table, code) : "";
}

function dated(digits) {
  return digits ? day(digits) : "";
}

// "020" is 2割.
function share(ratio) {
  const isKnown = /^\d{3}$/.test(ratio ?? "");
  const values = { tenths: Number(ratio) / 10, percent: Number(ratio) };
  return isKnown ? say("person.share", values) : (ratio ?? "");
}

function yen(amount) {
  const isNumber = /^\d+$/.test(amount ?? "");
  return isNumber ? say("person.yen", { amount: Number(amount).toLocaleString("en") }) : amount;
}
