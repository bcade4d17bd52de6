/**
 * What the rules that Vigie brings along say of themselves, as people read it in French, by the English text of their files: who changes one of these
 * changes what it is found by, so that no French text says what its rule no longer says. A hospital's own rules keep the words that it gave them.
 */
const french: Readonly<Record<string, string>> = {
  'All patients of a day, in care or not, are far more than the account and its peers ever have.':
    'Les patients d’un jour, pris en charge ou non, sont bien plus nombreux que le compte et ses pairs n’en ont jamais.',
  'More patients than usual who are in care through one other account only. Two accounts that read for each other look like this: one opens records so that the other seems to have a reason.':
    'Plus de patients que d’habitude dont la prise en charge ne tient qu’à un seul autre compte. C’est l’image de deux comptes qui lisent l’un pour l’autre : l’un ouvre des dossiers pour que l’autre semble avoir une raison.',
  'Thirty patients, in care or not, of four clinics or more where the account does not work. Nobody is on call or lent in four clinics at once that are all new to him. Needs no learning.':
    'Trente patients, pris en charge ou non, de quatre établissements ou plus où le compte ne travaille pas. Personne n’est de garde ou en renfort à la fois dans quatre établissements qu’il ne connaît pas. Sans apprentissage.',
  'The same over a week: forty-five patients, in care or not, of four clinics or more where the account does not work. Needs no learning.':
    'De même sur une semaine : quarante-cinq patients, pris en charge ou non, de quatre établissements ou plus où le compte ne travaille pas. Sans apprentissage.',
  'In its own clinics the account reads far more people who are not in care than on its own days before, on one day or added up over several. This finds who usually meets a handful and then reads eighteen a day, which others of the role do all the time.':
    'Dans ses propres établissements, le compte lit bien plus de personnes qui ne sont pas prises en charge que lors de ses propres journées d’avant, en un jour ou en s’ajoutant sur plusieurs. C’est ainsi que se trouve qui en rencontre d’ordinaire une poignée puis en lit dix-huit par jour, ce que d’autres de la même fonction font sans cesse.',
  'No single count of one day is enough, but all of them, over several days, are more than chance makes of what is usual for the account.':
    'Aucun décompte d’un jour ne suffit à lui seul, mais tous ensemble, sur plusieurs jours, dépassent ce que le hasard fait de l’habitude du compte.',
  'Emergency access for twenty-five patients within an hour. Even on an evening with a hundred casualties one person uses it for some fifteen an hour; on call for one or two.':
    'Accès en urgence à vingt-cinq patients en une heure. Même un soir à cent victimes, une personne s’en sert pour une quinzaine de patients par heure ; de garde, pour un ou deux.',
  'Emergency access for sixty patients within a day: more than a long evening with many casualties brings to one person, who reaches some forty.':
    'Accès en urgence à soixante patients en un jour : plus qu’une longue soirée à nombreuses victimes n’en amène à une personne, qui en atteint une quarantaine.',
  'Fifty patients within a quarter of an hour as files or on paper, by one event or several. People export a dozen patients at a time; the export function of a platform gives hundreds.':
    'Cinquante patients en un quart d’heure, en fichiers ou sur papier, par un événement ou plusieurs. On exporte une douzaine de patients à la fois ; la fonction d’export d’une plateforme en donne des centaines.',
  'A hundred records or more in one export, print or download whose log gives their number only. The incident has no patients: whose records these were must be asked of the platform.':
    'Cent dossiers ou plus en un export, une impression ou un téléchargement dont le journal ne donne que le nombre. L’incident n’a pas de patients : il faut demander à la plateforme de qui étaient ces dossiers.',
  'Lists instead of records: name, birth date and ward of everybody, without opening anything. A shift looks at the same lists again and again; here they are always of others.':
    'Des listes au lieu de dossiers : nom, date de naissance et service de chacun, sans rien ouvrir. Une équipe regarde sans cesse les mêmes listes ; ici ce sont toujours d’autres personnes.',
  'One access to one invented patient is enough. Somebody goes over records one after the other, or searches by common names. A nightly batch touches everybody, so declared programs are left out.':
    'Un seul accès à un seul patient inventé suffit. Quelqu’un parcourt les dossiers l’un après l’autre, ou cherche par noms courants. Un traitement de nuit touche tout le monde : les programmes déclarés sont donc laissés de côté.',
  'Three patients of closed clinics within thirty days, by an account that does not work there. At a drip of one every few days no faster rule sees it. Needs no learning.':
    'Trois patients d’établissements fermés en trente jours, par un compte qui n’y travaille pas. Au goutte-à-goutte d’un tous les quelques jours, aucune règle plus rapide ne le voit. Sans apprentissage.',
  "Five patients of closed clinics within ten minutes. A former patient's record is looked up now and then, one at a time; several in a row are somebody who goes through them. Accounts that answer such requests belong into the list archive_accounts.":
    'Cinq patients d’établissements fermés en dix minutes. On consulte de temps à autre le dossier d’un ancien patient, un à la fois ; plusieurs de suite, c’est quelqu’un qui les parcourt. Les comptes qui répondent à de telles demandes vont dans la liste archive_accounts.',
  'Fifteen patients of closed clinics within an hour, by whatever function, exports and the accounts of the archive included. The busiest hour of an archivist has some nine.':
    'Quinze patients d’établissements fermés en une heure, par quelque fonction que ce soit, exports et comptes des archives compris. L’heure la plus chargée d’un archiviste en a environ neuf.',
  'Thirty patients of closed clinics within a day, whoever it is and by whatever function. An archivist answers some fifteen such requests on a busy day; an account of the archive is as good a prey as any other.':
    'Trente patients d’établissements fermés en un jour, qui que ce soit et par quelque fonction que ce soit. Un archiviste répond à une quinzaine de ces demandes un jour chargé ; un compte des archives est une proie comme une autre.',
  'Three patients of closed clinics in one night. Requests for old records are answered by day; a drip of one record every two hours is seen by nothing but its hours.':
    'Trois patients d’établissements fermés en une nuit. On répond de jour aux demandes d’anciens dossiers ; un goutte-à-goutte d’un dossier toutes les deux heures ne se voit qu’à ses horaires.',
  'Twenty pages of fifty patients or more within ten minutes. People look at the first pages of a list, and at the few patients that they ask for.':
    'Vingt pages de cinquante patients ou plus en dix minutes. On regarde les premières pages d’une liste, et les quelques patients que l’on cherche.',
  'A thousand patients or more in one download, export or query of Vigie itself. The data-protection officer of a large case does this; everybody else has the figures.':
    'Mille patients ou plus en un téléchargement, un export ou une requête de Vigie même. Le délégué à la protection des données d’un grand dossier le fait ; les chiffres suffisent à tous les autres.',
  'Fifteen patients within an hour whose records were refused. Somebody tries what an account may see, or a script runs on after rights were taken away. The patients of the incident are those that were tried: nothing of theirs was seen by these accesses.':
    'Quinze patients en une heure dont le dossier a été refusé. Quelqu’un essaie ce qu’un compte peut voir, ou un script continue après un retrait de droits. Les patients de l’incident sont ceux qui ont été essayés : ces accès n’ont rien montré d’eux.',
  'Twenty patients in three clinics within the first day after thirty days without any. Who comes back from a long leave begins at one place; who found a forgotten account looks around.':
    'Vingt patients dans trois établissements le premier jour qui suit trente jours sans aucun. Qui revient d’un long congé commence en un seul lieu ; qui a trouvé un compte oublié regarde partout.',
  'Emergency access for more people than usual whom nobody else has met. An emergency meets unknown people, but others meet them too.':
    'Accès en urgence à plus de personnes que d’habitude que nul autre n’a rencontrées. Une urgence amène des inconnus, mais d’autres les rencontrent aussi.',
  'The pace of a script or of a bulk function. Nobody opens forty records in two clinics within ten minutes by hand.':
    'Le rythme d’un script ou d’une fonction de masse. Personne n’ouvre à la main quarante dossiers de deux établissements en dix minutes.',
  'The pace of a patient person, or of a script that was slowed down in order not to be seen. Two records a minute for an hour, in more than one clinic.':
    'Le rythme d’une personne patiente, ou d’un script ralenti pour ne pas être vu. Deux dossiers par minute pendant une heure, dans plus d’un établissement.',
  'The slow pull that stays below every hourly limit. A busy day of a doctor on call over three clinics, or of a coder, stays well below four hundred patients.':
    'Le prélèvement lent qui reste sous toutes les limites horaires. Une journée chargée d’un médecin de garde sur trois établissements, ou d’un codeur, reste bien en dessous de quatre cents patients.',
  "Five accounts within a day read people who are in nobody's care from one address in a network that is new to each of them, and to the house. Stolen passwords are used from one place. Needs no list of networks.":
    'En un jour, cinq comptes lisent des personnes que nul ne prend en charge depuis une même adresse, dans un réseau nouveau pour chacun d’eux et pour la maison. Des mots de passe volés s’emploient depuis un seul lieu. Sans liste de réseaux.',
  "Twelve accounts within a day read people who are in nobody's care at one address of the house, in a network where none of them was ever seen. Lent staff and an evening with many casualties bring some five to one computer.":
    'En un jour, douze comptes lisent des personnes que nul ne prend en charge à une même adresse de la maison, dans un réseau où aucun d’eux n’a jamais été vu. Des renforts et un soir à nombreuses victimes en amènent environ cinq à un poste.',
  "Twelve people of one block of a hundred numbers within an hour, all of them in nobody's care. By chance an account meets two or three in a day, and who works off last week's patients some more: those who were new on one day were numbered together. Somebody goes through the register in its order. Needs no learning.":
    'En une heure, douze personnes d’un même bloc de cent numéros, que nul ne prend en charge. Par hasard, un compte en rencontre deux ou trois en un jour, et qui traite les patients de la semaine passée un peu plus : les nouveaux d’un même jour ont été numérotés à la suite. Quelqu’un parcourt le registre dans son ordre. Sans apprentissage.',
  "Lists show twenty people of one block of a hundred numbers within an hour, all of them in nobody's care. Lists of patients who came on one day hold a few numbers of one block, since those who were new that day were numbered together. Somebody pages through the register in its order. Needs no learning.":
    'En une heure, des listes montrent vingt personnes d’un même bloc de cent numéros, que nul ne prend en charge. Une liste des patients venus un même jour contient quelques numéros d’un même bloc, car les nouveaux de ce jour ont été numérotés à la suite. Quelqu’un feuillette le registre dans son ordre. Sans apprentissage.',
  "Four accounts or more read eight people of one block of a hundred numbers within a day, all of them in nobody's care, in a clinic where none of these accounts works. By chance two accounts meet two or three in a block. Who shares a register out among many accounts, a few records each, goes through it in its order all the same. The incident belongs to the block and names its accounts and patients. Needs no learning.":
    'En un jour, quatre comptes ou plus lisent huit personnes d’un même bloc de cent numéros, que nul ne prend en charge, dans un établissement où aucun de ces comptes ne travaille. Par hasard, deux comptes en rencontrent deux ou trois dans un bloc. Qui répartit un registre entre de nombreux comptes, quelques dossiers chacun, le parcourt quand même dans son ordre. L’incident est celui du bloc et nomme ses comptes et ses patients. Sans apprentissage.',
  'Six accounts read eight patients from one address outside within a day. People who work from home share an address with nobody of the house, or with one or two; who has a list of stolen passwords uses one after the other.':
    'En un jour, six comptes lisent huit patients depuis une même adresse extérieure. Qui travaille chez soi ne partage son adresse avec personne de la maison, ou avec un ou deux ; qui a une liste de mots de passe volés les emploie l’un après l’autre.',
  'A script or a bulk function, also where all patients are of one clinic. The busiest ten minutes of people, lists of a coding campaign or of an evening with many casualties, show some seventy patients.':
    'Un script ou une fonction de masse, même quand tous les patients sont d’un seul établissement. Les dix minutes les plus chargées d’une personne, listes d’une campagne de codage ou d’un soir à nombreuses victimes, montrent environ soixante-dix patients.',
  'Faster than three patients a minute for an hour. A coder in a campaign reaches some hundred and twenty an hour, everybody else less.':
    'Plus de trois patients par minute pendant une heure. Un codeur en campagne en atteint environ cent vingt par heure, tous les autres moins.',
  "More than a day's work, whatever the work: a coding campaign of two hundred records with its lists stays below three hundred patients, a recall list that is worked through in a day below four hundred.":
    'Plus que le travail d’un jour, quel qu’il soit : une campagne de codage de deux cents dossiers, listes comprises, reste sous trois cents patients ; une liste de rappel traitée en un jour, sous quatre cents.',
  'One service account from two addresses within a day. A program runs on its server; its key on a second machine is a stolen key, until somebody says otherwise. Needs no list but service_accounts.':
    'Un même compte de service depuis deux adresses en un jour. Un programme tourne sur son serveur ; sa clé sur une seconde machine est une clé volée, jusqu’à ce que quelqu’un dise le contraire. Sans autre liste que service_accounts.',
  'One event is enough: the account of a program, whose servers and applications the hospital has written down, comes from somewhere else.':
    'Un seul événement suffit : le compte d’un programme, dont l’hôpital a noté les serveurs et les applications, vient d’ailleurs.',
  'More patients in ten minutes than this program has had on any of its days: the mean of its days and six standard deviations.':
    'Plus de patients en dix minutes que ce programme n’en a eu aucun de ses jours : la moyenne de ses jours et six écarts-types.',
  'The same over a day: more patients than on any of its days, by the mean and six standard deviations. It finds a key that is used slowly.':
    'De même sur un jour : plus de patients qu’aucun de ses jours, selon la moyenne et six écarts-types. Trouve une clé employée lentement.',
  'Patients of clinics where this program was not seen regularly, more than on any of its days.':
    'Des patients d’établissements où ce programme n’a pas été vu régulièrement, plus qu’aucun de ses jours.',
  "Somebody uses the key of a program to read a register: more people in nobody's care within ten minutes than on any of its days.":
    'Quelqu’un emploie la clé d’un programme pour lire un registre : plus de personnes que nul ne prend en charge en dix minutes qu’aucun de ses jours.',
  "The same over a day: more people in nobody's care than on any of the program's days, by their mean and six standard deviations.":
    'De même sur un jour : plus de personnes que nul ne prend en charge qu’aucun des jours du programme, selon leur moyenne et six écarts-types.',
  "More people in nobody's care are looked at in a day with the key of this program than on any of its days, by their mean and six standard deviations: of a program that only writes, twenty are enough.":
    'Plus de personnes que nul ne prend en charge sont consultées en un jour avec la clé de ce programme qu’aucun de ses jours, selon leur moyenne et six écarts-types : pour un programme qui ne fait qu’écrire, vingt suffisent.',
  'One session reads from two addresses within half an hour: its cookie or token was taken along. People who change computers sign in again and have a new session.':
    'Une même session lit depuis deux adresses en une demi-heure : son cookie ou son jeton a été emporté. Qui change de poste se reconnecte et a une nouvelle session.',
  'Lists of a day that show more people who are not in care than the account and its peers ever see. An emergency department or an imaging room sees some sixty a day, and eighty-five on the evening of a mass casualty.':
    'Les listes d’un jour montrent plus de personnes non prises en charge que le compte et ses pairs n’en voient jamais. Un service d’urgences ou une salle d’imagerie en voit une soixantaine par jour, et quatre-vingt-cinq le soir d’un afflux massif de blessés.',
  'Lists of clinics where the account does not work, of people who are not in care. Nearly nobody ever sees one; staff who are lent see some forty.':
    'Des listes d’établissements où le compte ne travaille pas, de personnes non prises en charge. Presque personne n’en voit jamais une ; le personnel en renfort en voit une quarantaine.',
  "Twenty-eight people within ten minutes from lists of clinics where the account does not work, all of them in nobody's care. A screen shows some twenty of a ward that is not one's own at most. Needs no learning.":
    'En dix minutes, vingt-huit personnes de listes d’établissements où le compte ne travaille pas, que nul ne prend en charge. D’un service qui n’est pas le sien, un écran en montre une vingtaine au plus. Sans apprentissage.',
  "Sixty people within ten minutes from lists, of whatever clinic, all of them in nobody's care. The lists of a ward show people whom the ward has met, and some thirty others at most; a coder in a campaign sees forty-five. Needs no learning.":
    'En dix minutes, soixante personnes de listes de quelque établissement que ce soit, que nul ne prend en charge. Les listes d’un service montrent des personnes que le service a rencontrées, et une trentaine d’autres au plus ; un codeur en campagne en voit quarante-cinq. Sans apprentissage.',
  'Exports, prints and downloads of a day over more patients than the account and its peers ever have. Desks print some thirty a day.':
    'Exports, impressions et téléchargements d’un jour sur plus de patients que le compte et ses pairs n’en ont jamais. Un guichet en imprime une trentaine par jour.',
  'More such patients in ten minutes than this account and its peers ever have. Somebody goes from record to record of people who are not there. Most accounts meet one or two in ten minutes, at a busy desk five.':
    'Plus de ces patients en dix minutes que ce compte et ses pairs n’en ont jamais. Quelqu’un va de dossier en dossier de personnes qui ne sont pas là. La plupart des comptes en rencontrent un ou deux en dix minutes, cinq à un guichet chargé.',
  'The same over an hour: slower than a script, faster than this account and its peers ever are.':
    'De même sur une heure : plus lent qu’un script, plus rapide que ce compte et ses pairs ne le sont jamais.',
  'A day on which the account read more people who are not in care than it and its peers ever do, in its own clinics. This finds who stays in his own clinic and shift and reads about twice as much as usual.':
    'Un jour où le compte a lu, dans ses propres établissements, plus de personnes non prises en charge que lui et ses pairs n’en lisent jamais. Trouve qui reste dans son établissement et ses horaires et lit environ deux fois plus que d’habitude.',
  "The same over three days: people of its own clinics who are in nobody's care, for who reads a little more than usual every day.":
    'De même sur trois jours : des personnes de ses propres établissements que nul ne prend en charge, pour qui lit chaque jour un peu plus que d’habitude.',
  'The same over a week: whoever keeps below what a busy day has, day after day, reads more in a week than busy weeks have.':
    'De même sur une semaine : qui reste jour après jour sous ce qu’a un jour chargé lit en une semaine plus que n’ont les semaines chargées.',
  'In clinics where the account does not work, more people who are not in care than anybody usually has there. Staff who are lent meet some twenty in their first days.':
    'Dans des établissements où le compte ne travaille pas, plus de personnes non prises en charge que quiconque n’en a d’habitude. Le personnel en renfort en rencontre une vingtaine ses premiers jours.',
  'Fifteen people who are not in care, in three clinics or more where the account does not work, within a day. Nobody is lent to three clinics at once; archive and support stay below ten. Needs no learning.':
    'En un jour, quinze personnes non prises en charge, dans trois établissements ou plus où le compte ne travaille pas. Personne n’est en renfort dans trois établissements à la fois ; archives et support restent sous dix. Sans apprentissage.',
  'Somebody goes through the group clinic by clinic, by hand, or shares the work with other accounts so that each stays slow. On-call rounds cover three clinics and meet some thirty patients an hour; archivists and support meet ten. Clinics where the account is known to work do not count.':
    'Quelqu’un parcourt le groupe établissement par établissement, à la main, ou partage le travail avec d’autres comptes pour que chacun reste lent. Une garde couvre trois établissements et rencontre une trentaine de patients par heure ; archivistes et support, dix. Les établissements où le compte est connu pour travailler ne comptent pas.',
  'A few records an hour in working hours, over many clinics: below every hourly limit, and yet more than anybody needs. An archivist who answers requests for the whole group stays below thirty patients a day, a doctor on call who is also lent below seventy. Clinics where the account is known to work do not count.':
    'Quelques dossiers par heure aux heures de travail, sur de nombreux établissements : sous toutes les limites horaires, et pourtant plus que nul n’en a besoin. Un archiviste qui répond pour tout le groupe reste sous trente patients par jour, un médecin de garde aussi en renfort, sous soixante-dix. Les établissements où le compte est connu pour travailler ne comptent pas.',
  'The slowest pull that still empties a group within months: some fifty patients a day over many clinics, every day. Clinics where the account is known to work do not count.':
    'Le prélèvement le plus lent qui vide encore un groupe en quelques mois : une cinquantaine de patients par jour sur de nombreux établissements, tous les jours. Les établissements où le compte est connu pour travailler ne comptent pas.',
  "Within a day more accounts than usual read people of one clinic who are in nobody's care, from their usual places, and none of these accounts works there. Three such accounts a day are the most in a clinic, seven while staff is lent by dozens. Somebody has many passwords, and lets each account read so little that none is noticed. The incident belongs to the clinic and names the accounts. What is usual is learned for every clinic; the number is a floor.":
    'En un jour, plus de comptes que d’habitude lisent des personnes d’un même établissement que nul ne prend en charge, depuis leurs postes habituels, et aucun de ces comptes n’y travaille. Un établissement voit au plus trois de ces comptes par jour, sept quand le personnel est en renfort par dizaines. Quelqu’un a de nombreux mots de passe et fait lire si peu à chaque compte qu’aucun ne se remarque. L’incident est celui de l’établissement et nomme les comptes. L’habitude est apprise pour chaque établissement ; le nombre est un plancher.',
  "Thirty people of whatever clinic within ten minutes, all of them in nobody's care, from lists of thirty or more. Wards and consultations show two dozen strangers at a time; where a house prints tomorrow's patients, that is learned. The number is a floor.":
    'Trente personnes, de quelque établissement que ce soit, en dix minutes, qu’aucune équipe ne prend en charge, vues dans des listes de trente ou plus. Services et consultations montrent deux douzaines d’inconnus à la fois ; là où une maison imprime les patients du lendemain, cela s’apprend. Le nombre est un plancher.',
  'Twenty people who are not in care, in two clinics or more where the account does not work, within a day. Who is lent meets as many in one clinic; who goes round for several, as the archive, support and people on call, stays below a dozen. Needs no learning.':
    'En un jour, vingt personnes non prises en charge, dans deux établissements ou plus où le compte ne travaille pas. Qui est en renfort en rencontre autant dans un seul établissement ; qui fait le tour de plusieurs, comme les archives, le support et les gardes, reste sous la douzaine. Sans apprentissage.',
  "Within half a day twelve people who are not in care in each of two clinics, whether the account works there or not, from its usual place. Work lies in one clinic; who goes round for several, on call or for the archive, meets seven at most in the second. It does not ask where the account is at home, so it holds from its first day on, when every clinic still counts as its own; a group's first day it leaves out. Half a day, since with a day a desk whose clinic has another name from midnight on would have two. Needs no learning.":
    'En une demi-journée, douze personnes non prises en charge dans chacun de deux établissements, que le compte y travaille ou non, depuis sa place habituelle. On travaille dans un établissement ; qui fait le tour de plusieurs, de garde ou pour les archives, en rencontre sept au plus dans le deuxième. La règle ne demande pas où le compte est chez lui, donc elle vaut dès son premier jour, où tout établissement passe encore pour le sien ; elle laisse de côté le premier jour d’un groupe. Une demi-journée, car sur un jour entier un guichet dont l’établissement change de nom à minuit en aurait deux. Sans apprentissage.',
};

/** What a rule tells of, in a language, by the description that its file gives; undefined where it has none, and is shown as it was given. */
export function ruleDescriptionIn(locale: 'fr' | 'en', description: string): string | undefined {
  return locale === 'en' ? description : french[description];
}

/** Descriptions that have a French one. */
export const translatedRuleDescriptions: readonly string[] = Object.keys(french);
