import type * as annotator from '../generated/annotator';
import { hasCode, typeset, type CodedWords } from './coded-words';
import { filled } from './filled';
import { i18n } from './i18n.svelte';

export type ReasonCode = annotator.components['schemas']['ReasonCode'];

/** Why a record was rejected or a job failed, as the server says it. */
export interface Reason {
  /** In English, for where the code is absent, or younger than this page. */
  sentence: string;
  code?: string | undefined;
  parameters?: Record<string, string> | undefined;
}

/**
 * What the server's codes say. {names} are its parameters; words of requests, as label_column, become the titles of the
 * import's fields.
 */
export const reasons: CodedWords<ReasonCode> = {
  // Files and archives.
  archive_damaged: {
    en: 'The archive is damaged or cut short ({message}).',
    fr: 'L’archive est abîmée ou incomplète ({message}).',
  },
  archive_too_many_entries: {
    en: 'The archive has more than {count} {count|entry|entries}.',
    fr: 'L’archive a plus de {count} {count|entrée|entrées}.',
  },
  archive_too_large: {
    en: 'The archive unpacks to more than {bytes} bytes.',
    fr: 'L’archive, décompressée, dépasse {bytes} octets.',
  },
  archive_suspicious: {
    en: 'The archive unpacks to more than {times} times its own size, as no drawings do.',
    fr: 'L’archive, décompressée, dépasse {times} fois sa taille : des dessins ne font pas cela.',
  },
  cannot_be_unpacked: {
    en: 'It cannot be unpacked ({message}).',
    fr: 'Il ne peut pas être décompressé ({message}).',
  },
  link_not_followed: { en: 'Links are not followed.', fr: 'Les liens ne sont pas suivis.' },
  not_a_file: { en: 'It is neither a file nor a folder.', fr: 'Ce n’est ni un fichier ni un dossier.' },
  encrypted: { en: 'It is encrypted.', fr: 'Il est chiffré.' },
  cannot_be_read: { en: 'It cannot be read ({message}).', fr: 'Il ne peut pas être lu ({message}).' },
  file_too_large: { en: 'It has more than {bytes} bytes.', fr: 'Il dépasse {bytes} octets.' },
  name_too_long: { en: 'Its name has more than {bytes} bytes.', fr: 'Son nom dépasse {bytes} octets.' },
  name_zero_byte: { en: 'Its name holds a zero byte.', fr: 'Son nom contient un octet nul.' },
  name_not_utf8: { en: 'Its name is not UTF-8.', fr: 'Son nom n’est pas en UTF-8.' },
  name_absolute: {
    en: 'Its name is absolute; only names within the data are read.',
    fr: 'Son nom est absolu ; seuls les noms à l’intérieur des données sont lus.',
  },
  name_leads_out: {
    en: 'Its name leads out of the data (“..”).',
    fr: 'Son nom mène hors des données (« .. »).',
  },
  name_control_characters: {
    en: 'Its name has control characters.',
    fr: 'Son nom contient des caractères de contrôle.',
  },
  not_an_archive: {
    en: '{file} is neither a folder, nor a zip, nor a tar.gz.',
    fr: '{file} n’est ni un dossier, ni un zip, ni un tar.gz.',
  },
  format_unknown: {
    en: '{file} is none of what is read: a folder, zip or tar.gz of pictures, a .csv, Quick, Draw!’s .ndjson, the .json of Label Studio, COCO or Datumaro, CVAT’s .xml.',
    fr: '{file} n’est rien de ce qui est lu : un dossier, un zip ou un tar.gz d’images, un .csv, le .ndjson de Quick, Draw!, le .json de Label Studio, COCO ou Datumaro, le .xml de CVAT.',
  },
  two_formats: {
    en: 'Both {one} ({one_format}) and {other} ({other_format}) could be meant: give one of them, and the pictures in an archive beside it.',
    fr: '{one} ({one_format}) et {other} ({other_format}) conviennent tous les deux : donnez l’un d’eux, et les images dans une archive à côté.',
  },
  no_file_of_format: {
    en: 'There is no file of the format {format} in it.',
    fr: 'Il ne s’y trouve aucun fichier au format {format}.',
  },
  lists_no_pictures: {
    en: 'It lists no pictures and was passed over.',
    fr: 'Il ne cite aucune image et a été laissé de côté.',
  },
  several_list_no_pictures: {
    en: 'It and {count} more list no pictures and were passed over.',
    fr: 'Il ne cite aucune image, ni {count} {count|autre|autres} : ils ont été laissés de côté.',
  },
  several_archives: {
    en: 'These are several archives: send one after the other.',
    fr: 'Ce sont plusieurs archives : envoyez-les l’une après l’autre.',
  },
  upload_elsewhere: {
    en: 'What was uploaded is not on the machine that came to import it: tell the person who runs the server.',
    fr: 'Ce qui a été envoyé n’est pas sur la machine qui devait l’importer : prévenez la personne qui gère le serveur.',
  },
  file_unreadable: { en: '{file} cannot be read.', fr: '{file} ne peut pas être lu.' },
  file_unwritable: { en: '{file} cannot be written.', fr: '{file} ne peut pas être écrit.' },
  no_such_file: { en: 'There is no {file}.', fr: '{file} n’existe pas.' },

  // Records in text.
  not_json: { en: 'It is not JSON ({message}).', fr: 'Ce n’est pas du JSON ({message}).' },
  line_not_json: {
    en: 'Line {line}: it is not JSON ({message}).',
    fr: 'Ligne {line} : ce n’est pas du JSON ({message}).',
  },
  line_not_xml: {
    en: 'Line {line}: it is not XML ({message}).',
    fr: 'Ligne {line} : ce n’est pas du XML ({message}).',
  },
  document_type: {
    en: 'Line {line}: a document type (DTD) is not read.',
    fr: 'Ligne {line} : un type de document (DTD) n’est pas lu.',
  },
  list_expected: {
    en: 'Line {line}: a list of objects is expected.',
    fr: 'Ligne {line} : une liste d’objets est attendue.',
  },
  comma_expected: {
    en: 'Line {line}: a comma or the list’s end is expected.',
    fr: 'Ligne {line} : une virgule ou la fin de la liste est attendue.',
  },
  object_expected: {
    en: 'Line {line}: an object is expected.',
    fr: 'Ligne {line} : un objet est attendu.',
  },
  list_does_not_end: {
    en: 'Line {line}: the list does not end.',
    fr: 'Ligne {line} : la liste ne se termine pas.',
  },
  object_too_large: {
    en: 'Line {line}: an object has more than {bytes} bytes.',
    fr: 'Ligne {line} : un objet dépasse {bytes} octets.',
  },
  quotes_do_not_end: {
    en: 'Quotes that do not end.',
    fr: 'Des guillemets ne se ferment pas.',
  },
  text_behind_quotes: {
    en: 'Text behind quotes.',
    fr: 'Du texte suit des guillemets.',
  },
  text_not_utf16: {
    en: 'The text is not UTF-16, as it claims to be.',
    fr: 'Le texte n’est pas en UTF-16, comme il le prétend.',
  },
  not_an_object: { en: 'It is not a JSON object.', fr: 'Ce n’est pas un objet JSON.' },
  line_not_utf8: { en: 'The line is not UTF-8.', fr: 'La ligne n’est pas en UTF-8.' },
  line_too_long: {
    en: 'The line has more than {bytes} bytes.',
    fr: 'La ligne dépasse {bytes} octets.',
  },
  names_no_picture: { en: 'It names no picture.', fr: 'Aucune image n’y est citée.' },
  category_without_name: { en: 'The category has no name.', fr: 'La catégorie n’a pas de nom.' },
  categories_of_one_name: {
    en: 'Two categories are called “{label}”; they are one label.',
    fr: 'Deux catégories s’appellent « {label} » ; elles ne font qu’une étiquette.',
  },
  no_image: { en: 'There is no image {image}.', fr: 'Il n’y a pas d’image {image}.' },
  no_category: { en: 'There is no category {category}.', fr: 'Il n’y a pas de catégorie {category}.' },
  no_items: { en: 'There are no items.', fr: 'Il n’y a aucun élément (items).' },
  other_media: {
    en: 'These are no pictures but another kind of data (media_type).',
    fr: 'Ce ne sont pas des images mais un autre type de données (media_type).',
  },
  video: {
    en: 'It labels a video, not pictures.',
    fr: 'Il annote une vidéo, et non des images.',
  },
  no_drawing_member: { en: 'There is no “drawing”.', fr: 'Il n’y a pas de « drawing ».' },
  drawing_not_json: { en: 'The strokes are not JSON.', fr: 'Les traits ne sont pas du JSON.' },
  drawing_no_list: {
    en: 'The drawing is not a list of strokes.',
    fr: 'Le dessin n’est pas une liste de traits.',
  },
  drawing_without_strokes: { en: 'The drawing has no stroke.', fr: 'Le dessin n’a aucun trait.' },
  word_no_text: { en: 'The word is not a text.', fr: 'Le mot n’est pas un texte.' },
  word_not_utf8: { en: 'The word is not UTF-8.', fr: 'Le mot n’est pas en UTF-8.' },
  stroke_form: {
    en: 'A stroke is [[x…],[y…]] or [[x…],[y…],[t…]].',
    fr: 'Un trait s’écrit [[x…],[y…]] ou [[x…],[y…],[t…]].',
  },
  stroke_lengths: {
    en: 'A stroke’s x, y and t must be lists of the same length, not empty.',
    fr: 'Les x, y et t d’un trait doivent être des listes de même longueur, non vides.',
  },
  stroke_coordinate: {
    en: 'A coordinate must be a number within ±1000000.',
    fr: 'Une coordonnée doit être un nombre entre −1000000 et 1000000.',
  },
  too_many_strokes: {
    en: 'A drawing has at most {count} strokes.',
    fr: 'Un dessin a au plus {count} traits.',
  },
  too_many_points: {
    en: 'A drawing has at most {count} points.',
    fr: 'Un dessin a au plus {count} points.',
  },

  // Columns and controls.
  which_column: {
    en: 'The columns “{one}” and “{other}” could both be meant: say which as {parameter}, under More.',
    fr: 'Les colonnes « {one} » et « {other} » conviennent toutes les deux : dites laquelle dans {parameter}, sous Plus.',
  },
  which_control: {
    en: 'The controls {controls} could all be meant: say which as label_column, under More.',
    fr: 'Les contrôles {controls} conviennent tous : dites lequel dans label_column, sous Plus.',
  },
  no_column: { en: 'There is no column “{column}”.', fr: 'Il n’y a pas de colonne « {column} ».' },
  no_control: {
    en: 'There is no column or control “{column}”.',
    fr: 'Il n’y a ni colonne ni contrôle « {column} ».',
  },
  no_path_column: {
    en: 'None of the columns is called as one of pictures is (path, file, image): say which as path_column, under More.',
    fr: 'Aucune colonne ne porte un nom de colonne d’images (path, file, image) : dites laquelle dans path_column, sous Plus.',
  },
  no_label_column: {
    en: 'None of the columns is called as one of labels is (label, class, tag): the drawings come without a label. Say which of {columns} holds them as label_column, under More.',
    fr: 'Aucune colonne ne porte un nom de colonne d’étiquettes (label, class, tag) : les dessins arrivent sans étiquette. Dites laquelle de {columns} les contient dans label_column, sous Plus.',
  },
  label_column_missing: {
    en: 'There is no “{column}” in it: the drawings come without a label. Say which of {columns} holds them as label_column, under More.',
    fr: 'Il ne s’y trouve pas de « {column} » : les dessins arrivent sans étiquette. Dites laquelle de {columns} les contient dans label_column, sous Plus.',
  },
  names_passed_over: {
    en: '“{column}” may hold people’s names and was passed over; call it “pseudonym” to keep it.',
    fr: '« {column} » peut contenir des noms de personnes et a été laissée de côté ; appelez-la « pseudonym » pour la garder.',
  },
  no_date: {
    en: '“{date}” is no date that is read (2026-07-31, or with T10:00:00Z); the drawing comes without it, and {count} more.',
    fr: '« {date} » n’est pas une date qui se lit (2026-07-31, ou avec T10:00:00Z) ; le dessin arrive sans elle, et {count} {count|autre|autres}.',
  },
  id_not_whole: {
    en: 'The id {id} is not whole and was dropped.',
    fr: 'L’identifiant {id} n’est pas entier et a été laissé de côté.',
  },

  // Labels.
  label_undeclared: {
    en: 'The label “{label}” is not declared above.',
    fr: 'L’étiquette « {label} » n’est pas déclarée plus haut.',
  },
  shapes_passed_over: {
    en: '{count} {count|shape was|shapes were} passed over: tags alone are labels.',
    fr: '{count} {count|forme a été laissée|formes ont été laissées} de côté : seuls les « tags » sont des étiquettes.',
  },
  tag_by_model: {
    en: 'A model made the tag: it is a suggestion.',
    fr: 'L’étiquette vient d’un modèle : c’est une suggestion.',
  },
  no_label_of_number: { en: 'There is no label {label}.', fr: 'Il n’y a pas d’étiquette {label}.' },
  no_class: {
    en: 'There is no class {number}: README.md names {count}. The drawing comes without it.',
    fr: 'Il n’y a pas de classe {number} : README.md en nomme {count}. Le dessin arrive sans elle.',
  },
  label_not_utf8: {
    en: 'The label is not UTF-8. The drawing comes without it.',
    fr: 'L’étiquette n’est pas en UTF-8. Le dessin arrive sans elle.',
  },
  label_no_text: {
    en: 'The label is no text. The drawing comes without it.',
    fr: 'L’étiquette n’est pas un texte. Le dessin arrive sans elle.',
  },
  annotations_passed_over: {
    en: '{count} {count|annotation that is no label was|annotations that are no labels were} passed over.',
    fr: '{count} {count|annotation qui n’est pas une étiquette a été laissée|annotations qui ne sont pas des étiquettes ont été laissées} de côté.',
  },
  labels_exclude_each_other: {
    en: 'It has several labels of a group in which one excludes the others.',
    fr: 'Il a plusieurs étiquettes d’un groupe où l’une exclut les autres.',
  },
  several_results: {
    en: 'One annotation holds several results; all count.',
    fr: 'Une annotation contient plusieurs résultats ; tous comptent.',
  },
  labels_disagree: {
    en: 'People or lines disagree: {labels}; it comes without a label, to be reviewed.',
    fr: 'Des personnes ou des lignes se contredisent : {labels} ; il arrive sans étiquette, à vérifier.',
  },
  several_labels: {
    en: 'Several labels: {labels}; it comes without one, to be reviewed.',
    fr: 'Plusieurs étiquettes : {labels} ; il arrive sans étiquette, à vérifier.',
  },
  unknown_label: {
    en: '“{label}” is not one of the project’s labels.',
    fr: '« {label} » n’est pas une étiquette du projet.',
  },
  unknown_label_alike: {
    en: '“{label}” is not one of the project’s labels (“{alike}” is: map one to the other).',
    fr: '« {label} » n’est pas une étiquette du projet (« {alike} » l’est : faites correspondre l’une à l’autre).',
  },
  labels_full: {
    en: 'A project has at most {maximum} labels.',
    fr: 'Un projet a au plus {maximum} étiquettes.',
  },
  label_alike: {
    en: 'A label of its own beside “{alike}”, which differs in case alone: map one to the other if they are one.',
    fr: 'Une étiquette à part, à côté de « {alike} » dont seules les majuscules diffèrent : faites correspondre l’une à l’autre si c’est la même.',
  },
  label_name: {
    en: 'A label’s name has 1 to {bytes} bytes, without control characters, “/”, “\\” and “:”, and no space at either end.',
    fr: 'Le nom d’une étiquette a de 1 à {bytes} octets, sans caractère de contrôle ni « / », « \\ » ou « : », et sans espace au bord.',
  },
  not_utf8: { en: 'This is not valid UTF-8.', fr: 'Ce n’est pas de l’UTF-8 valable.' },
  suggestion_dropped: {
    en: 'The suggestion “{label}” is none of the project’s labels and was dropped.',
    fr: 'La suggestion « {label} » n’est pas une étiquette du projet et a été laissée de côté.',
  },
  signed_by_importer: {
    en: 'The data says who reviewed it, which is taken from an admin’s import alone: this label, and all like it, are signed by {name}.',
    fr: 'Les données disent qui a vérifié, ce qui n’est repris que de l’import d’un administrateur : cette étiquette, et toutes les semblables, sont signées {name}.',
  },
  imported_otherwise: {
    en: 'The same drawing came with another label than {label}, here or earlier: it waits for a review.',
    fr: 'Le même dessin est venu avec une autre étiquette que {label}, ici ou plus tôt : il attend une vérification.',
  },

  // Pictures.
  file_empty: { en: 'It is empty.', fr: 'Il est vide.' },
  not_a_picture: {
    en: 'It is neither PNG, JPEG nor WebP.',
    fr: 'Ce n’est ni du PNG, ni du JPEG, ni du WebP.',
  },
  passed_over: {
    en: 'It is no picture and was passed over.',
    fr: 'Ce n’est pas une image : il a été laissé de côté.',
  },
  picture_missing: {
    en: 'Its picture is not among the files.',
    fr: 'Son image n’est pas parmi les fichiers.',
  },
  picture_at_address: {
    en: 'The picture stands at an address, and addresses are not fetched; it is not among the files either.',
    fr: 'L’image est à une adresse, et rien n’est téléchargé ; elle n’est pas non plus parmi les fichiers.',
  },
  which_picture: {
    en: 'Several files could be meant by {name}: {one}, {other}.',
    fr: 'Plusieurs fichiers conviennent à {name} : {one}, {other}.',
  },
  pictures_stay_out: {
    en: '{count} {count|picture beside it is not named there and stays|pictures beside it are not named there and stay} out.',
    fr: '{count} {count|image à côté n’y est pas citée et reste|images à côté n’y sont pas citées et restent} dehors.',
  },
  pictures_without_label: {
    en: '{count} of the pictures {count|is not named there; it has|are not named there; they have} no label.',
    fr: '{count} des images n’y {count|est pas citée ; elle n’a|sont pas citées ; elles n’ont} pas d’étiquette.',
  },
  data_not_base64: {
    en: 'Of data: addresses only those in base64 are read.',
    fr: 'Des adresses data:, seules celles en base64 sont lues.',
  },
  base64_invalid: { en: 'The text is not valid base64.', fr: 'Le texte n’est pas du base64 valable.' },
  picture_damaged: {
    en: 'The {format} picture is damaged or cut short.',
    fr: 'L’image {format} est abîmée ou incomplète.',
  },
  picture_too_small: {
    en: 'The picture is {width} x {height} pixels; each side must have at least {least}.',
    fr: 'L’image fait {width} x {height} pixels ; chaque côté doit en avoir au moins {least}.',
  },
  picture_too_large: {
    en: 'The picture is {width} x {height} pixels; a side has at most {most}.',
    fr: 'L’image fait {width} x {height} pixels ; un côté en a au plus {most}.',
  },
  picture_too_many_pixels: {
    en: 'The picture has {pixels} pixels; at most {most} are taken.',
    fr: 'L’image a {pixels} pixels ; au plus {most} sont acceptés.',
  },
  picture_too_many_bytes: {
    en: 'The picture has {bytes} bytes; at most {most} are taken.',
    fr: 'L’image fait {bytes} octets ; au plus {most} sont acceptés.',
  },
  picture_in_printing_colours: {
    en: 'JPEG pictures in printing colours (CMYK) are not read; send RGB.',
    fr: 'Les JPEG en couleurs d’imprimerie (CMJN) ne sont pas lus ; envoyez du RVB.',
  },
  picture_animated: {
    en: 'Animated WebP is not read; send a single picture.',
    fr: 'Les WebP animés ne sont pas lus ; envoyez une seule image.',
  },
  picture_blank: {
    en: 'The picture is empty: nothing is drawn on it.',
    fr: 'L’image est vide : rien n’y est dessiné.',
  },

  // What is kept.
  text_control_characters: {
    en: 'A name or id holds control characters.',
    fr: 'Un nom ou un identifiant contient des caractères de contrôle.',
  },
  id_too_long: { en: 'The id has more than {bytes} bytes.', fr: 'L’identifiant dépasse {bytes} octets.' },
  file_name_too_long: {
    en: 'The file’s name has more than {bytes} bytes.',
    fr: 'Le nom du fichier dépasse {bytes} octets.',
  },
  pseudonym_too_long: {
    en: 'The pseudonym has more than {bytes} bytes.',
    fr: 'Le pseudonyme dépasse {bytes} octets.',
  },
  reviewer_too_long: {
    en: 'The reviewer’s name has more than {bytes} bytes.',
    fr: 'Le nom de la personne qui a vérifié dépasse {bytes} octets.',
  },
  drawing_deleted: {
    en: 'This drawing was deleted here for good: importing it does not bring it back.',
    fr: 'Ce dessin a été supprimé ici pour de bon : l’importer ne le ramène pas.',
  },
  id_taken: {
    en: 'Another picture is stored under this id.',
    fr: 'Une autre image est enregistrée sous cet identifiant.',
  },

  // Jobs.
  stopped: { en: 'The work was stopped.', fr: 'Le travail a été arrêté.' },
  work_failed: {
    en: 'The work failed; the server’s log says why.',
    fr: 'Le travail a échoué ; le journal du serveur dit pourquoi.',
  },
  cut_off: {
    en: 'The work was cut off {count} {count|time|times}.',
    fr: 'Le travail a été interrompu {count} fois.',
  },
  project_archived: {
    en: 'This project is archived: it takes no new drawings.',
    fr: 'Ce projet est archivé : il n’accepte plus de dessins.',
  },
  no_project: { en: 'There is no such project.', fr: 'Ce projet n’existe pas.' },
  too_few_reviewed: {
    en: 'Two labels at least need {count} reviewed drawings each to learn from (three in four are; the others are kept to judge).',
    fr: 'Il faut au moins deux étiquettes ayant chacune {count} dessins vérifiés pour apprendre (trois sur quatre en servent ; les autres sont gardés pour juger).',
  },
  too_many_drawings: {
    en: 'The project’s drawings are too many to train from at once.',
    fr: 'Le projet a trop de dessins pour un seul entraînement.',
  },
  training_killed: {
    en: 'The training was ended by signal {signal}: {message}',
    fr: 'L’entraînement a été interrompu par le signal {signal} : {message}',
  },
  training_failed: { en: 'The training failed: {message}', fr: 'L’entraînement a échoué : {message}' },
  program_missing: { en: '{program} is not installed.', fr: '{program} n’est pas installé.' },
  model_unusable: {
    en: 'The model {model} cannot be run by this program: {message}',
    fr: 'Ce programme ne peut pas faire tourner le modèle {model} : {message}',
  },
  no_trunk: {
    en: 'The model {model} that it was made from is not in the registry.',
    fr: 'Le modèle {model} dont il est parti n’est pas dans le registre.',
  },
  no_model: { en: 'There is no such model.', fr: 'Ce modèle n’existe pas.' },
  model_not_finite: {
    en: 'The model’s answer is not a finite number.',
    fr: 'La réponse du modèle n’est pas un nombre fini.',
  },
  recognition_failed: {
    en: 'The drawing cannot be recognised.',
    fr: 'Le dessin ne peut pas être reconnu.',
  },

  // The store.
  store_unreachable: {
    en: 'The store cannot be reached just now; try again shortly.',
    fr: 'La base de données ne répond pas en ce moment ; réessayez bientôt.',
  },
  store_silent: {
    en: 'The store did not answer in time, so it is not known whether this was stored. The same again stores nothing twice.',
    fr: 'La base de données n’a pas répondu à temps : on ne sait pas si cela est enregistré. Recommencer n’enregistre rien deux fois.',
  },
  store_busy: {
    en: 'The store is busy just now; try again shortly.',
    fr: 'La base de données est occupée en ce moment ; réessayez bientôt.',
  },
  store_full: {
    en: 'The store’s disk is full: nothing can be stored or changed until there is room on it.',
    fr: 'Le disque de la base de données est plein : rien ne peut être enregistré ni modifié avant qu’il y ait de la place.',
  },
  store_read_only: {
    en: 'The store is read-only: nothing can be stored or changed until it may be written again.',
    fr: 'La base de données est en lecture seule : rien ne peut être enregistré ni modifié pour l’instant.',
  },
  store_disk_fails: {
    en: 'The store’s disk fails to read or to write; the server’s log says how.',
    fr: 'Le disque de la base de données n’arrive plus à lire ou à écrire ; le journal du serveur en dit plus.',
  },
  store_out_of_memory: {
    en: 'The store is out of memory just now; try again shortly.',
    fr: 'La base de données manque de mémoire en ce moment ; réessayez bientôt.',
  },
  no_descriptors: {
    en: 'The server has no file descriptors left just now; try again shortly.',
    fr: 'Le serveur n’a plus de descripteurs de fichiers en ce moment ; réessayez bientôt.',
  },
  store_permission: {
    en: 'The store does not let the server do this: its account or its files lack the permission.',
    fr: 'La base de données ne laisse pas le serveur faire cela : son compte ou ses fichiers n’en ont pas le droit.',
  },
  store_damaged: {
    en: 'The store is damaged: it must be mended, or restored from a backup.',
    fr: 'La base de données est abîmée : il faut la réparer, ou restaurer une sauvegarde.',
  },
  store_clash: {
    en: 'This clashes with what is stored already.',
    fr: 'Cela contredit ce qui est déjà enregistré.',
  },
  store_value: { en: 'The store cannot take this value.', fr: 'La base de données refuse cette valeur.' },
  store_failed: { en: 'The store could not do this.', fr: 'La base de données n’a pas pu le faire.' },
};

/** What may come with any of them. */
const around = {
  file: { en: '{file}: {text}', fr: '{file} : {text}' },
  stored: {
    en: '{text} {stored} {stored|drawing was|drawings were} stored before.',
    fr: '{text} {stored} {stored|dessin avait été enregistré|dessins avaient été enregistrés} avant.',
  },
  instead: {
    en: '{text} With {format} as {field}, under More, the folders are the labels.',
    fr: '{text} Avec {format} dans {field}, sous Plus, les dossiers sont les étiquettes.',
  },
} satisfies CodedWords<string>;

export const isReason = (code: string): code is ReasonCode => hasCode(reasons, code);

/** A reason in the person's language, where it is one that the page knows; else the server's sentence. */
export function tell({ sentence, code = '', parameters = {} }: Reason): string {
  if (!isReason(code)) return sentence;
  const { language, t } = i18n;
  const plain = reasons[code][language];
  let text = filled(plain, parameters);
  const put = (frame: keyof typeof around, more: Record<string, string> = {}) => {
    text = filled(around[frame][language], { ...parameters, ...more, text });
  };
  if (parameters.file !== undefined && !plain.includes('{file}')) put('file');
  if (parameters.stored !== undefined) put('stored');
  if (parameters.instead !== undefined) {
    const { importFormats, importFormat, quoted } = t.data;
    put('instead', { format: quoted(importFormats.imagefolder), field: quoted(importFormat) });
  }
  return typeset(text);
}

/** Why a job failed; empty where it did not. */
export const whyFailed = ({
  error = '',
  error_code: code,
  error_parameters: parameters,
}: annotator.components['schemas']['Job']): string => tell({ sentence: error, code, parameters });
