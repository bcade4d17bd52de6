import { ownTexts } from '../../texts/own.js';

function fr() {
  return {
    title: 'Se connecter à Vigie',
    token: 'Jeton d’accès',
    tokenHint: 'Votre jeton de la console. Sur une machine d’essai, « npm start » affiche un lien qui connecte une fois.',
    user: 'Nom',
    password: 'Mot de passe',
    code: 'Code du téléphone',
    codeHint: 'Six chiffres, ou un code de secours ; vide si vous n’en avez pas.',
    byToken: 'Se connecter par un jeton',
    submit: 'Se connecter',
    oidc: 'Se connecter par le compte de l’établissement',
    oidcHint: 'Vous passez par le fournisseur d’identité de votre établissement, puis revenez ici.',
    over: 'Votre session a pris fin. Reconnectez-vous : la page est là comme vous l’avez laissée.',
    oidcOverHint:
      'Vous passez par le fournisseur d’identité de votre établissement, dans un autre onglet ; revenez ensuite à celui-ci.',
    byLink: 'Connexion par le lien…',
    refused: 'Personne n’est reconnu par cela : un lien ou un code ne sert qu’une fois. Vérifiez aussi l’heure du téléphone.',
    refusedToken: 'Personne n’est reconnu par ce jeton ou ce lien : un lien ne sert qu’une fois, pendant une heure.',
    tooMany: 'Trop d’essais. Attendez un quart d’heure, ou demandez un nouveau lien à la personne qui gère les comptes.',
    first: 'Aller à la première page',
    provider: {
      away: 'Le fournisseur d’identité ne répond pas. Réessayez dans un moment ; qui est déjà connecté le reste.',
      refused: 'Le fournisseur d’identité a refusé la connexion, ou vous l’avez interrompue.',
      not_believed: 'La réponse du fournisseur d’identité n’a pas pu être vérifiée, ou elle est trop ancienne. Recommencez.',
      not_begun: 'Cette connexion n’a pas commencé dans ce navigateur, ou elle a plus de dix minutes. Recommencez.',
      nobody:
        'Le fournisseur d’identité ne dit pas qui vous êtes sous une forme que Vigie accepte. Prévenez la personne qui gère la console.',
      no_role:
        'Votre compte est reconnu, mais aucun de vos groupes ne donne accès à Vigie. Demandez-le à la personne qui gère les rôles.',
      too_many_groups:
        'Votre compte a plus de groupes que le fournisseur d’identité n’en transmet. Prévenez la personne qui gère la console : il faut n’envoyer que ceux de cette application.',
      not_recent: 'Le fournisseur d’identité n’a pas redemandé qui vous êtes. Recommencez.',
      other_person: 'Une autre personne que celle qui est connectée s’est identifiée : rien n’est confirmé.',
    },
    setupTitle: (user: string) => `Choisir comment vous vous connectez, ${user}`,
    setupOver: 'Ce lien ne sert plus',
    setupOverHint: 'Il a servi, ou date de plus de trois jours. Demandez-en un autre à la personne qui gère les comptes.',
    newPassword: 'Nouveau mot de passe',
    newPasswordHint: 'Douze caractères au moins ; une phrase de plusieurs mots est facile à retenir.',
    show: 'Montrer le mot de passe',
    phone: 'Code du téléphone',
    phoneHint:
      'Scannez l’image avec une application de codes (TOTP), ou tapez-y la clé, puis recopiez les six chiffres qu’elle montre.',
    phoneOptional: 'Facultatif ici : laissez le code vide pour vous en passer.',
    picture: 'Image à scanner avec l’application de codes ; la même clé est écrite en dessous',
    key: 'Clé',
    sixDigits: 'Les six chiffres',
    finish: 'Enregistrer et se connecter',
    wrongCode: 'Ce code n’est pas celui de maintenant. Vérifiez l’heure du téléphone.',
    weak: 'Ce mot de passe est trop court, contient votre nom, ou se devine trop facilement.',
    recoveryTitle: 'Gardez ces codes de secours',
    recoveryHint:
      'Chacun remplace une fois le code du téléphone, s’il est perdu. Ils ne sont montrés que maintenant : imprimez-les ou rangez-les ailleurs que sur ce téléphone.',
    recoveryDone: 'Je les ai gardés : continuer',
  };
}

function en(): ReturnType<typeof fr> {
  return {
    title: 'Log in to Vigie',
    token: 'Access token',
    tokenHint: 'Your token of the console. On a machine of trials, “npm start” prints a link that logs in once.',
    user: 'Name',
    password: 'Password',
    code: 'Code of your phone',
    codeHint: 'Six digits, or a recovery code; empty where you have none.',
    byToken: 'Log in by a token',
    submit: 'Log in',
    oidc: 'Log in with the account of your hospital',
    oidcHint: 'You go to the identity provider of your hospital, and come back here.',
    over: 'Your session has ended. Log in: the page is there as you left it.',
    oidcOverHint: 'You go to the identity provider of your hospital in another tab; come back to this one afterwards.',
    byLink: 'Logging in by the link…',
    refused: 'Nobody is let in by this: a link or a code works once. Look at the clock of the phone, too.',
    refusedToken: 'Nobody is known by this token or link: a link works once, for an hour.',
    tooMany: 'Too many tries. Wait a quarter of an hour, or ask whoever keeps the accounts for a new link.',
    first: 'Go to the first page',
    provider: {
      away: 'The identity provider does not answer. Try again in a while; who is logged in stays so.',
      refused: 'The identity provider refused the login, or you broke it off.',
      not_believed: 'The answer of the identity provider could not be verified, or is too old. Begin again.',
      not_begun: 'This login was not begun in this browser, or more than ten minutes ago. Begin again.',
      nobody: 'The identity provider does not say who you are in a form that Vigie takes. Tell whoever keeps the console.',
      no_role: 'Your account is known, but none of your groups gives access to Vigie. Ask whoever keeps the roles.',
      too_many_groups:
        'Your account has more groups than the identity provider hands on. Tell whoever keeps the console: it must send those of this application alone.',
      not_recent: 'The identity provider did not ask again who you are. Begin again.',
      other_person: 'Somebody else than who is logged in said who they are: nothing is confirmed.',
    },
    setupTitle: (user) => `Choose how you log in, ${user}`,
    setupOver: 'This link works no more',
    setupOverHint: 'It was used, or is older than three days. Ask whoever keeps the accounts for another.',
    newPassword: 'New password',
    newPasswordHint: 'Twelve characters at least; a sentence of several words is easy to remember.',
    show: 'Show the password',
    phone: 'Code of your phone',
    phoneHint: 'Scan the picture with an app for codes (TOTP), or type the key into it, and copy the six digits that it shows.',
    phoneOptional: 'Not needed here: leave the code empty to do without.',
    picture: 'Picture to scan with the app for codes; the same key is written below',
    key: 'Key',
    sixDigits: 'The six digits',
    finish: 'Keep this and log in',
    wrongCode: 'This is not the code of now. Look at the clock of the phone.',
    weak: 'This password is too short, holds your name, or is guessed too easily.',
    recoveryTitle: 'Keep these recovery codes',
    recoveryHint:
      'Each takes the place of the phone’s code once, should it be lost. They are shown now only: print them, or keep them elsewhere than on that phone.',
    recoveryDone: 'I have kept them: go on',
  };
}

export const loginTexts = ownTexts({ fr, en });
