import type * as annotator from '../generated/annotator';
import { hasCode, typeset, type CodedWords } from './coded-words';
import { i18n } from './i18n.svelte';

export type ServerCode = annotator.components['schemas']['ServerCode'];

/**
 * What the server's codes say of a request as a whole, of who sends it, of what is there and of the server. Where it
 * passes (429, 502 to 504), when to try again is said behind it.
 */
export const serverWords: CodedWords<ServerCode> = {
  address_not_found: { en: 'There is nothing at this address.', fr: 'Il n’y a rien à cette adresse.' },
  address_not_valid: {
    en: 'The server cannot read this address. Reload the page.',
    fr: 'Le serveur ne peut pas lire cette adresse. Rechargez la page.',
  },
  address_too_long: {
    en: 'This asks for more than an address can hold. Choose less.',
    fr: 'C’est plus qu’une adresse ne peut contenir. Choisissez-en moins.',
  },
  admin_only: { en: 'Only an admin may do this.', fr: 'Seul un administrateur peut le faire.' },
  backend_slow: {
    en: 'The server takes too long to answer.',
    fr: 'Le serveur met trop de temps à répondre.',
  },
  backend_unreachable: { en: 'The server cannot be reached.', fr: 'Le serveur est injoignable.' },
  body_compressed: {
    en: 'What was sent came compressed, which is not read here.',
    fr: 'L’envoi est arrivé compressé : ce n’est pas lu ici.',
  },
  body_not_whole: {
    en: 'What was sent did not come whole. Try again.',
    fr: 'L’envoi n’est pas arrivé en entier. Réessayez.',
  },
  client_gone: { en: 'The connection broke off.', fr: 'La connexion a été coupée.' },
  expectation_unknown: {
    en: 'Something between here and the server asks for what it does not know.',
    fr: 'Quelque chose entre ici et le serveur demande ce qu’il ne connaît pas.',
  },
  header_too_large: {
    en: 'The browser sends too much beside what is asked: delete its cookies for this address.',
    fr: 'Le navigateur envoie trop à côté de la demande : effacez ses cookies pour cette adresse.',
  },
  host_not_valid: {
    en: 'The server is called by a name that cannot be one.',
    fr: 'Le serveur est appelé par un nom qui ne peut pas en être un.',
  },
  method_not_taken: {
    en: 'This cannot be done here. Reload the page, which may be too old or too new.',
    fr: 'Cela ne se fait pas ici. Rechargez la page, qui est peut-être trop ancienne ou trop récente.',
  },
  method_unknown: {
    en: 'The server cannot do this. Reload the page, which may be too old or too new.',
    fr: 'Le serveur ne sait pas faire cela. Rechargez la page, qui est peut-être trop ancienne ou trop récente.',
  },
  no_comparison: {
    en: 'This comparison is not there any more.',
    fr: 'Cette comparaison n’existe plus.',
  },
  no_dismissal: {
    en: 'Nobody says any more that these are not duplicates.',
    fr: 'Personne ne dit plus que ce ne sont pas des doublons.',
  },
  no_drawing: { en: 'This drawing is not there any more.', fr: 'Ce dessin n’existe plus.' },
  no_earlier_model: {
    en: 'No other model was live before.',
    fr: 'Aucun autre modèle n’a été actif auparavant.',
  },
  no_job: { en: 'This job is not there any more.', fr: 'Ce travail n’existe plus.' },
  no_label: {
    en: 'The project has no label of this name any more.',
    fr: 'Le projet n’a plus d’étiquette de ce nom.',
  },
  no_live_model: { en: 'No model is live.', fr: 'Aucun modèle n’est actif.' },
  no_strokes: {
    en: 'This drawing came as a picture, without its strokes.',
    fr: 'Ce dessin est arrivé comme image, sans ses traits.',
  },
  no_user: { en: 'This user is not there any more.', fr: 'Cet utilisateur n’existe plus.' },
  not_signed_in: { en: 'Sign in first.', fr: 'Connectez-vous d’abord.' },
  not_your_job: {
    en: 'Whoever asked for it may do this, and an admin.',
    fr: 'La personne qui l’a demandé peut le faire, et un administrateur.',
  },
  range_outside: { en: 'There is no such part of it.', fr: 'Il n’y en a pas cette partie.' },
  recognition_late: {
    en: 'The drawing could not be recognised in time.',
    fr: 'Le dessin n’a pas pu être reconnu à temps.',
  },
  request_late: {
    en: 'What was sent came too slowly. Try again, over a faster connection.',
    fr: 'L’envoi est arrivé trop lentement. Réessayez, par une connexion plus rapide.',
  },
  request_not_http: {
    en: 'What was sent came damaged. Try again.',
    fr: 'L’envoi est arrivé abîmé. Réessayez.',
  },
  server_full: { en: 'The server has too much to do.', fr: 'Le serveur a trop à faire.' },
  server_stopping: { en: 'The server is stopping.', fr: 'Le serveur s’arrête.' },
  sign_in_ended: {
    en: 'Your sign-in has ended. Sign in again.',
    fr: 'Votre connexion a pris fin. Connectez-vous à nouveau.',
  },
  token_expired: {
    en: 'Your sign-in has to be renewed. Try again in a moment.',
    fr: 'Votre connexion doit être renouvelée. Réessayez dans un instant.',
  },
  token_not_valid: {
    en: 'Your sign-in is not valid here. Sign in again.',
    fr: 'Votre connexion n’est pas valable ici. Connectez-vous à nouveau.',
  },
  too_fast: { en: 'That was a little fast.', fr: 'C’était un peu rapide.' },
  too_many_exports: { en: 'Too many exports are under way.', fr: 'Trop d’exports sont en cours.' },
  too_many_followers: {
    en: 'Too many people follow what is being done.',
    fr: 'Trop de personnes suivent ce qui est en cours.',
  },
  too_many_uploads: { en: 'Too many uploads are under way.', fr: 'Trop d’envois sont en cours.' },
  transfer_coding_unknown: {
    en: 'What was sent came in a form that is not read here.',
    fr: 'L’envoi est arrivé sous une forme qui n’est pas lue ici.',
  },
  upload_not_kept: {
    en: 'The server cannot keep what was uploaded.',
    fr: 'Le serveur ne peut pas garder ce qui a été envoyé.',
  },
  version_missing: {
    en: 'Look at it again before you change it.',
    fr: 'Regardez-le à nouveau avant de le changer.',
  },
  withdrawal_token_missing: {
    en: 'Only the page that sent a drawing can take it back.',
    fr: 'Seule la page qui a envoyé un dessin peut le retirer.',
  },
  withdrawal_token_wrong: {
    en: 'A drawing can be taken back for a day, by the page that sent it.',
    fr: 'Un dessin peut être retiré pendant un jour, par la page qui l’a envoyé.',
  },
  wrong_sign_in: {
    en: 'The user name or the password is wrong.',
    fr: 'Le nom d’utilisateur ou le mot de passe est faux.',
  },
};

export const isOfServer = (code: string): code is ServerCode => hasCode(serverWords, code);

export const tellOfServer = (code: ServerCode): string => typeset(serverWords[code][i18n.language]);
