import { ownTexts } from '../texts/own.js';

function fr() {
  return {
    token: 'Jeton d’accès',
    code: 'Code du téléphone, ou code de secours',
    password: 'Mot de passe',
    submit: 'Confirmer',
    oidc: 'Le redire au fournisseur d’identité',
    oidcHint: 'Vous y passez, puis revenez à cette page.',
    refused: {
      token: 'Ce jeton n’est pas celui de la personne connectée.',
      code: 'Ce code n’est pas celui de la personne connectée, ou il a déjà servi : attendez le suivant.',
      password: 'Ce mot de passe n’est pas celui de la personne connectée.',
      oidc: '',
    },
    tooMany: 'Trop d’essais. Attendez un quart d’heure.',
  };
}

function en(): ReturnType<typeof fr> {
  return {
    token: 'Access token',
    code: 'Code of your phone, or a recovery code',
    password: 'Password',
    submit: 'Confirm',
    oidc: 'Say it to the identity provider',
    oidcHint: 'You go there, and come back to this page.',
    refused: {
      token: 'This is not the token of who is logged in.',
      code: 'This is not a code of who is logged in, or it was used: wait for the next one.',
      password: 'This is not the password of who is logged in.',
      oidc: '',
    },
    tooMany: 'Too many tries. Wait a quarter of an hour.',
  };
}

export const confirmTexts = ownTexts({ fr, en });
