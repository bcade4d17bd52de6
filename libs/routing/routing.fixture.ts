import { readRouting } from './read-routing.js';
import type { Routing } from './routing.js';

/** A file like that of the documentation, over receivers that need no secrets. */
export const routingText = `
people:
  - {id: a.durand, tell: durand}
  - {id: b.leroy, tell: leroy}
  - {id: dpo, tell: dpo}
calendars:
  soc: {timezone: Europe/Paris, holidays: FR, open: {mon-fri: "08:00-19:00"}}
schedules:
  night:
    timezone: Europe/Paris
    rota: {period: 1w, start: 2026-01-05T08:00, people: [a.durand, b.leroy]}
    overrides: [{from: 2026-12-24T08:00, until: 2026-12-26T08:00, person: dpo}]
  nobody: {rota: {period: 1w, start: 2099-01-05T08:00, people: [a.durand]}}
receivers:
  - {name: soc, type: ocsf}
  - {name: chat, type: ocsf}
  - {name: durand, type: ocsf}
  - {name: leroy, type: ocsf}
  - {name: dpo, type: ocsf}
  - {name: ndb, type: ocsf}
  - {name: loud-only, type: ocsf, level_min: critical}
policies:
  standard:
    repeat: 1
    pause: 15m
    steps:
      - {after: 0m, tell: [soc, chat, loud-only]}
      - {after: 15m, tell: ["on-call:night"]}
      - {after: 30m, tell: ["person:dpo"]}
  critical:
    repeat: 2
    pause: 5m
    steps:
      - {after: 0m, tell: [soc, chat, loud-only, "on-call:night"]}
      - {after: 5m, tell: ["person:dpo"]}
  clinic-ndb: {steps: [{after: 0m, tell: [ndb]}]}
  nobody: {steps: [{after: 0m, tell: ["on-call:nobody"]}, {after: 1h, tell: [soc]}]}
routes:
  - {match: {rule_id: nobody-there}, policy: nobody}
  - {match: {level_min: critical}, policy: critical, continue: true}
  - {match: {clinic_id: "750300124"}, policy: clinic-ndb, continue: true}
  - {match: {group_id: waits, level_min: low, calendar: soc, when: closed}, hold: true}
  - {match: {}, policy: standard}
`;

export function aRouting(text = routingText): Routing {
  return readRouting('routing.yaml', text, { readFile, reach: 'machine' });
}

function readFile(path: string): string {
  throw new Error(`there is no ${path}`);
}
