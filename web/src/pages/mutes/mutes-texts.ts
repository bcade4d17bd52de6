import type { Format } from '../../texts/format.js';
import { ownTexts } from '../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Silences',
    exceptions: 'Exceptions des règles',
    heading: (runs: number, later: number) =>
      runs + later === 0
        ? 'Rien n’est tu : chaque message part.'
        : `${count(runs, 'silence court', 'silences courent')}${later > 0 ? `, ${count(later, 'est à venir', 'sont à venir')}` : ''}.`,
    hint: 'Un silence retient des messages ; les incidents et les cas sont enregistrés quand même, et se voient à la page des cas. Ce qui est encore nouveau à la fin est alors envoyé.',
    caption: (n: number) => `${count(n, 'silence', 'silences')} : en cours, à venir, finis depuis 30 jours`,
    state: 'État',
    what: 'Ce qui est tu',
    from: 'De',
    until: 'À',
    owner: 'Qui en répond',
    reason: 'Raison',
    by: 'Décidé par',
    end: 'Mettre fin',
    endOf: (what: string) => `Mettre fin : ${what}`,
    states: { runs: 'court', later: 'à venir', over: 'fini' },
    all: 'tout le groupe',
    account: (name: string) => `compte ${name}`,
    clinic: (id: string) => `établissement ${id}`,
    rule: (name: string) => `règle ${name}`,
    upTo: (level: string) => `jusqu’au niveau ${level}`,
    critical: 'critiques comprises',
    add: 'Taire des messages',
    mayNot: 'Votre rôle permet de voir les silences, pas d’en décider.',
    group: 'Groupe',
    actor: 'Compte (vide : tous)',
    clinicField: 'Établissement (vide : tous)',
    clinicNeeded: 'Établissement (un des vôtres)',
    ruleField: 'Règle',
    anyRule: 'toutes',
    level: 'Jusqu’au niveau',
    anyLevel: 'tous',
    ends: 'Fin (sept jours au plus)',
    coversCritical: 'Taire aussi ce qui est critique',
    ownerField: 'Qui en répond',
    reasonField: 'Raison',
    done: 'Le silence est enregistré.',
    ended: 'Le silence est fini ; ce qui est encore nouveau est envoyé.',
  };
}

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Mutes',
    exceptions: 'Exceptions of the rules',
    heading: (runs, later) =>
      runs + later === 0
        ? 'Nothing is muted: every message goes out.'
        : `${count(runs, 'mute runs', 'mutes run')}${later > 0 ? `, ${count(later, 'is to come', 'are to come')}` : ''}.`,
    hint: 'A mute keeps messages back; incidents and cases are recorded all the same, and stand on the page of cases. What is still new at its end is told then.',
    caption: (n) => `${count(n, 'mute', 'mutes')}: running, coming, over for up to 30 days`,
    state: 'State',
    what: 'What is muted',
    from: 'From',
    until: 'To',
    owner: 'Who answers for it',
    reason: 'Reason',
    by: 'Made by',
    end: 'End',
    endOf: (what) => `End: ${what}`,
    states: { runs: 'runs', later: 'to come', over: 'over' },
    all: 'the whole group',
    account: (name) => `account ${name}`,
    clinic: (id) => `clinic ${id}`,
    rule: (name) => `rule ${name}`,
    upTo: (level) => `up to level ${level}`,
    critical: 'critical ones too',
    add: 'Mute messages',
    mayNot: 'Your role may see mutes, and not make any.',
    group: 'Group',
    actor: 'Account (empty: all)',
    clinicField: 'Clinic (empty: all)',
    clinicNeeded: 'Clinic (one of yours)',
    ruleField: 'Rule',
    anyRule: 'all',
    level: 'Up to level',
    anyLevel: 'all',
    ends: 'End (seven days at most)',
    coversCritical: 'Mute what is critical too',
    ownerField: 'Who answers for it',
    reasonField: 'Reason',
    done: 'The mute is kept.',
    ended: 'The mute is over; what is still new is told.',
  };
}

export const mutesTexts = ownTexts({ fr, en });
