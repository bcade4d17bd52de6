/** What else the rules that Vigie brings along may be of, as people read it in French, by the English text of their files; see `rule-descriptions.ts`. */
const french: Readonly<Record<string, string>> = {
  'A campaign, a disaster, half the staff away': 'Une campagne, une catastrophe, la moitié du personnel absente',
  'A screen that began to load more': 'Un écran qui s’est mis à charger davantage',
  'A screen that began to load its list anew by itself': 'Un écran qui s’est mis à recharger sa liste de lui-même',
  'A campaign': 'Une campagne',
  'A consultation of two people': 'Une consultation à deux',
  'A laboratory that works for one department': 'Un laboratoire qui travaille pour un seul service',
  'A telephone desk or a central office that answers for the whole group; its accounts are worth an exception':
    'Un standard ou un bureau central qui répond pour tout le groupe ; ses comptes méritent une exception',
  'New duties in the same role': 'De nouvelles tâches dans la même fonction',
  'A small group within a role that works otherwise than the rest':
    'Un petit groupe au sein d’une fonction, qui travaille autrement que les autres',
  'A product that marks every access of an emergency department':
    'Un produit qui marque ainsi tous les accès d’un service d’urgences',
  'A fault of the rights of a ward, so that everybody breaks the glass for everybody':
    'Une erreur dans les droits d’un service, où tous brisent la glace pour tous',
  'Disaster medicine over a whole day': 'Médecine de catastrophe sur toute une journée',
  'A recall or screening list; declare an exception for the account and the day when it is ordered':
    'Une liste de rappel ou de dépistage ; déclarer une exception pour le compte et le jour quand elle est demandée',
  'The appointments of a day, printed for a consultation': 'Les rendez-vous d’un jour, imprimés pour une consultation',
  'A mandated extraction; declare an exception with owner and end':
    'Une extraction mandatée ; déclarer une exception avec responsable et fin',
  'Statistics and controlling under a personal account instead of a service account':
    'Statistiques et contrôle de gestion sous un compte personnel au lieu d’un compte de service',
  'A backup under the account of an administrator': 'Une sauvegarde sous le compte d’un administrateur',
  'A bed manager who looks at every ward at the change of shifts':
    'Un gestionnaire des lits qui regarde tous les services à la relève',
  'A search by a frequent name that shows a hundred people': 'Une recherche par un nom fréquent, qui montre cent personnes',
  'Somebody of the team that keeps the canaries': 'Quelqu’un de l’équipe qui entretient les patients témoins',
  'A merge of doubles, or a quality check of demographics, under a personal account':
    'Une fusion de doublons, ou un contrôle qualité des identités, sous un compte personnel',
  'Somebody who answers requests for old records and is not in the list archive_accounts':
    'Quelqu’un qui répond aux demandes d’anciens dossiers et n’est pas dans la liste archive_accounts',
  'A former patient of a closed clinic who is treated again, several times a month at one desk':
    'D’anciens patients d’un établissement fermé, soignés à nouveau, plusieurs fois par mois à un même guichet',
  'An archivist who hands out several records at once and is not in the list archive_accounts':
    'Un archiviste qui communique plusieurs dossiers à la fois et n’est pas dans la liste archive_accounts',
  'Records that are moved to the clinic that took the patients over':
    'Des dossiers transférés à l’établissement qui a repris les patients',
  'A court or insurer that asks for many records at once':
    'Un tribunal ou un assureur qui demande de nombreux dossiers à la fois',
  'The closing of a clinic, while its records are sorted': 'La fermeture d’un établissement, pendant le tri de ses dossiers',
  'An emergency department that often meets former patients of a clinic closed not long ago':
    'Un service d’urgences qui reçoit souvent d’anciens patients d’un établissement fermé depuis peu',
  'A program that reads lists for a dashboard under the name of a person; let it ask for figures':
    'Un programme qui lit des listes pour un tableau de bord sous le nom d’une personne ; lui faire demander des chiffres',
  'A data-protection officer who goes through a list by hand; freezing and exporting it once is what the case then shows':
    'Un délégué à la protection des données qui parcourt une liste à la main ; le dossier montre alors qu’elle a été figée et exportée une fois',
  'The frozen list of a large case, taken by the data-protection officer; declare an exception for the account, with its end':
    'La liste figée d’un grand dossier, prise par le délégué à la protection des données ; déclarer une exception pour le compte, avec sa fin',
  'Somebody whose rights were not moved to a new ward yet':
    'Quelqu’un dont les droits n’ont pas encore suivi dans un nouveau service',
  'A fault of the rights after an update, which shows as many accounts at once':
    'Une erreur de droits après une mise à jour, qui se voit à de nombreux comptes à la fois',
  'A locum doctor who is called every few months, for several clinics':
    'Un médecin remplaçant appelé tous les quelques mois, pour plusieurs établissements',
  'A vendor on a yearly visit': 'Un fournisseur en visite annuelle',
  'An emergency department whose other systems do not report to Vigie':
    'Un service d’urgences dont les autres systèmes n’envoient rien à Vigie',
  'An evening with many casualties': 'Un soir à nombreuses victimes',
  'A batch under a personal account instead of a service account':
    'Un traitement par lots sous un compte personnel au lieu d’un compte de service',
  'A worklist of several clinics that one screen loads at once':
    'Une liste de travail de plusieurs établissements qu’un écran charge en une fois',
  'A coding campaign over several clinics': 'Une campagne de codage sur plusieurs établissements',
  'An archivist who answers requests for several clinics in one go':
    'Un archiviste qui répond d’un trait à des demandes pour plusieurs établissements',
  'A mandated migration or quality audit over several clinics':
    'Une migration ou un audit qualité mandatés, sur plusieurs établissements',
  'A recall list worked through by one secretary for several clinics':
    'Une liste de rappel traitée par un secrétariat pour plusieurs établissements',
  'A new site, proxy or VPN on its first day': 'Un nouveau site, proxy ou VPN, à son premier jour',
  'A move of the whole house to other addresses': 'Un passage de toute la maison à d’autres adresses',
  'A ward that moves, or is opened, and whose computers have one address':
    'Un service qui déménage ou qui ouvre, et dont les postes ont une même adresse',
  'A terminal server for a new group of people': 'Un serveur de terminaux pour un nouveau groupe de personnes',
  'Records that were registered together, as those of a school or of a practice that was taken over':
    'Des dossiers enregistrés ensemble, comme ceux d’une école ou d’un cabinet repris',
  'Records that were registered together and are worked through by a team of another clinic, as those of a practice that was taken over; announce it by an exception':
    'Des dossiers enregistrés ensemble et traités par une équipe d’un autre établissement, comme ceux d’un cabinet repris ; à annoncer par une exception',
  'The outgoing address of a site, a proxy or a VPN that is not in the list house_networks yet':
    'L’adresse de sortie d’un site, d’un proxy ou d’un VPN qui n’est pas encore dans la liste house_networks',
  'A mobile network that gives many telephones one address':
    'Un réseau mobile qui donne une même adresse à de nombreux téléphones',
  'A screen that loads a whole clinic, or the appointments of a month, at once':
    'Un écran qui charge en une fois tout un établissement, ou les rendez-vous d’un mois',
  'A recall list that is exported in one go': 'Une liste de rappel exportée d’un trait',
  'A batch under a personal account': 'Un traitement par lots sous un compte personnel',
  'A recall list of more than two hundred patients': 'Une liste de rappel de plus de deux cents patients',
  'Quality control that goes over everybody of one day': 'Un contrôle qualité qui passe tous les patients d’un jour',
  'A mandated migration, audit or extraction; declare an exception with owner and end':
    'Une migration, un audit ou une extraction mandatés ; déclarer une exception avec responsable et fin',
  'A vaccination or screening campaign with one account for all':
    'Une campagne de vaccination ou de dépistage avec un seul compte pour tous',
  'A program that runs on several servers, or was moved to a new one; pin it (lists pinned_service_accounts, service_addresses)':
    'Un programme qui tourne sur plusieurs serveurs, ou a été déplacé ; l’attacher à ses lieux (listes pinned_service_accounts, service_addresses)',
  'A new server or application that is not in the lists yet; add it before it is used':
    'Un nouveau serveur ou une nouvelle application qui n’est pas encore dans les listes ; l’y ajouter avant de s’en servir',
  'A job that catches up after a downtime, or a new job under the same account':
    'Une tâche qui rattrape son retard après un arrêt, ou une nouvelle tâche sous le même compte',
  'A clinic that is connected': 'Un établissement que l’on raccorde',
  'A first load, or a batch over the whole register that is new':
    'Un premier chargement, ou un nouveau traitement sur tout le registre',
  'A tablet that changes its network, or a VPN that connects again; put the network into the list roaming_networks':
    'Une tablette qui change de réseau, ou un VPN qui se reconnecte ; mettre le réseau dans la liste roaming_networks',
  'A proxy with several outgoing addresses in front of the platform':
    'Un proxy à plusieurs adresses de sortie devant la plateforme',
  'A list of former patients; announce it by an exception': 'Une liste d’anciens patients ; à annoncer par une exception',
  'A department that is new to the platform': 'Un service nouveau sur la plateforme',
  'Staff who are lent to another clinic for the first time':
    'Du personnel en renfort dans un autre établissement pour la première fois',
  'A search over the whole group that shows a hundred people of one name':
    'Une recherche sur tout le groupe, qui montre cent personnes du même nom',
  'The first hours after records of another product were taken over':
    'Les premières heures après la reprise des dossiers d’un autre produit',
  'A register that is tidied up, or two registers that are merged; announce it by an exception':
    'Un registre que l’on met en ordre, ou deux registres que l’on fusionne ; à annoncer par une exception',
  'A coding campaign over old stays': 'Une campagne de codage d’anciens séjours',
  'Work through a list of former patients; announce it by an exception':
    'Le traitement d’une liste d’anciens patients ; à annoncer par une exception',
  'An account that is new to a role': 'Un compte nouveau dans une fonction',
  'A merger of the registers of two clinics; announce it by an exception':
    'Une fusion des registres de deux établissements ; à annoncer par une exception',
  'A telephone desk or a central office that answers for several clinics; its accounts are worth an exception':
    'Un standard ou un bureau central qui répond pour plusieurs établissements ; ses comptes méritent une exception',
  'A desk or a laboratory for the whole group, in its first days':
    'Un guichet ou un laboratoire pour tout le groupe, dans ses premiers jours',
  'A coder or auditor who works in all clinics for once':
    'Un codeur ou un auditeur qui travaille pour une fois dans tous les établissements',
  'Somebody whose work is for all clinics, such as an archivist with many requests; such accounts are worth a list of their own':
    'Quelqu’un dont le travail est pour tous les établissements, comme un archiviste aux nombreuses demandes ; de tels comptes méritent leur propre liste',
  'A campaign of the whole group over the patients of one clinic, such as a recall of a device; announce it by an exception':
    'Une campagne de tout le groupe sur les patients d’un établissement, comme le rappel d’un dispositif ; annoncez-la par une exception',
  'A clinic that joins the group, or a central office that begins to answer for it':
    'Un établissement qui rejoint le groupe, ou un service central qui commence à répondre pour lui',
  'Support or an archive whose role says neither; what they do is learned within days':
    'Un support ou des archives dont le rôle ne dit ni l’un ni l’autre ; ce qu’ils font s’apprend en quelques jours',
  'An application that begins to show longer lists': 'Une application qui se met à montrer des listes plus longues',
  'Somebody who is lent to a department that meets strangers all day':
    'Une personne en renfort dans un service qui rencontre des inconnus toute la journée',
  'Somebody who is lent to two clinics on one day': 'Une personne en renfort dans deux établissements le même jour',
  'A job that runs at other hours than ever, since it was late or was moved':
    'Une tâche qui tourne à d’autres heures que jamais, en retard ou déplacée',
};

/** What else a rule may be of, in a language, by what its file gives; undefined where it has none, and is shown as it was given. */
export function ruleDoubtIn(locale: 'fr' | 'en', doubt: string): string | undefined {
  return locale === 'en' ? doubt : french[doubt];
}

/** What has a French text. */
export const translatedRuleDoubts: readonly string[] = Object.keys(french);
