import type { Format } from '../../texts/format.js';
import { ownTexts } from '../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Décompte',
    balanced: (events: number) =>
      `Le décompte est juste : ${count(events, 'événement reçu est', 'événements reçus sont')} enregistrés, mis de côté ou refusés.`,
    apart: (records: number, sources: number) =>
      `${count(records, 'événement compté à l’entrée n’a', 'événements comptés à l’entrée n’ont')} pas de ligne en propre, de ${count(sources, 'flux', 'flux')} : envoyés deux fois, en chemin, ou perdus.`,
    nothing: (days: number) => `Rien n’a été reçu depuis ${f.number(days)} jours : la base répond, et elle est vide.`,
    hint: 'Reçus : ce que les entrées ont compté, une fois par minute. Un événement envoyé deux fois y est deux fois, et une fois dans la base. Comparez au journal de la source ce qui reste à l’écart le lendemain ; une entrée arrêtée net perd les chiffres de sa dernière minute, et aucun événement.',
    day: 'Jour (UTC)',
    source: 'Flux',
    received: 'Reçus',
    stored: 'Enregistrés',
    aside: 'Mis de côté',
    refused: 'Refusés',
    rows: 'Accès',
    difference: 'Écart',
    even: 'juste',
    more: (n: number) => `${f.number(n)} comptés de plus`,
    fewer: (n: number) => `${f.number(n)} comptés de moins`,
    uncounted: 'non compté à l’entrée',
    caption: (n: number, at: string) => `${count(n, 'ligne', 'lignes')}, le jour le plus récent d’abord, vu à ${at}`,
    told: 'Les messages',
    toldHeading: (told: number, open: number) =>
      open === 0
        ? `Chaque message a une fin : ${count(told, 'délivré', 'délivrés')} en sept jours.`
        : `${count(open, 'message attend', 'messages attendent')} encore ; ${count(told, 'délivré', 'délivrés')} en sept jours.`,
  };
}

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Books',
    balanced: (events) =>
      `The books balance: ${count(events, 'event that came is', 'events that came are')} stored, set aside or refused.`,
    apart: (records, sources) =>
      `${count(records, 'event that was counted at the door has', 'events that were counted at the door have')} no row of their own, of ${count(sources, 'feed', 'feeds')}: sent twice, on their way, or lost.`,
    nothing: (days) => `Nothing has come for ${f.number(days)} days: the store answers, and it is empty.`,
    hint: 'Received: what the doors counted, once a minute. An event that was sent twice is there twice, and in the store once. Compare what is still apart on the next day with the log of the source; a door that was killed loses the figures of its last minute, and no event.',
    day: 'Day (UTC)',
    source: 'Feed',
    received: 'Received',
    stored: 'Stored',
    aside: 'Set aside',
    refused: 'Refused',
    rows: 'Accesses',
    difference: 'Difference',
    even: 'even',
    more: (n) => `${f.number(n)} more counted`,
    fewer: (n) => `${f.number(n)} fewer counted`,
    uncounted: 'not counted at the door',
    caption: (n, at) => `${count(n, 'line', 'lines')}, the newest day first, seen at ${at}`,
    told: 'Messages',
    toldHeading: (told, open) =>
      open === 0
        ? `Every message has its end: ${count(told, 'was delivered', 'were delivered')} in seven days.`
        : `${count(open, 'message still waits', 'messages still wait')}; ${count(told, 'was delivered', 'were delivered')} in seven days.`,
  };
}

export const booksTexts = ownTexts({ fr, en });
