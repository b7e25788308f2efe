#include "service/reasons.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <span>
#include <unordered_map>

#include "core/characters.h"

namespace croquis::service {
namespace {

constexpr std::size_t max_short_bytes = 300;

using ReasonParameters = std::vector<std::pair<std::string_view, std::string>>;

struct ReasonPattern {
    std::string_view code;
    std::string_view sentence;  ///< with {name} where it varies
};

/// In the order in which they are tried. A contract test compares them with the sentences in the
/// sources, and the codes with the document.
constexpr ReasonPattern reason_patterns[]{
    // Files and archives.
    {"archive_damaged", "The archive is damaged or cut short: {message}."},
    {"archive_too_many_entries", "The archive has more than {count} entries."},
    {"archive_too_many_entries", "The archive has more than {count} entry."},
    {"archive_too_large", "The archive unpacks to more than {bytes} bytes."},
    {"archive_suspicious",
     "The archive unpacks to more than {times} times its own size, as no drawings do."},
    {"cannot_be_unpacked", "It cannot be unpacked: {message}."},
    {"link_not_followed", "Links are not followed."},
    {"not_a_file", "It is neither a file nor a folder."},
    {"encrypted", "It is encrypted."},
    {"cannot_be_read", "It cannot be read: {message}."},
    {"file_too_large", "It has more than {bytes} bytes."},
    {"name_too_long", "Its name has more than {bytes} bytes."},
    {"name_zero_byte", "Its name holds a zero byte."},
    {"name_not_utf8", "Its name is not UTF-8."},
    {"name_not_utf8", "The name is not UTF-8."},
    {"name_absolute", "Its name is absolute; only names within the data are read."},
    {"name_leads_out", "Its name leads out of the data (\"..\")."},
    {"name_control_characters", "Its name has control characters."},
    {"not_an_archive", "{file} is neither a folder, nor a zip, nor a tar.gz."},
    {"format_unknown",
     "{file} is none of what is read: a folder, zip or tar.gz of pictures, a .csv, Quick, Draw!'s "
     ".ndjson, the .json of Label Studio, COCO or Datumaro, CVAT's .xml."},
    {"two_formats",
     "Both {one} ({one_format}) and {other} ({other_format}) could be meant: give one of them, and "
     "the pictures in an archive beside it."},
    {"no_file_of_format", "There is no file of the format {format} in it."},
    {"lists_no_pictures", "It lists no pictures and was passed over."},
    {"several_list_no_pictures", "It and {count} more list no pictures and were passed over."},
    {"several_archives", "These are several archives: send one after the other."},
    {"upload_elsewhere",
     "What was uploaded is not on the machine that came to import it: backends of one store must "
     "share their folder of uploads."},

    // Records in text.
    {"not_json", "It is not JSON: {message}."},
    {"line_not_json", "line {line}: it is not JSON: {message}."},
    {"line_not_xml", "line {line}: it is not XML: {message}."},
    {"document_type", "line {line}: a document type (DTD) is not read."},
    {"list_expected", "line {line}: a list of objects is expected."},
    {"comma_expected", "line {line}: a comma or the list's end is expected."},
    {"object_expected", "line {line}: an object is expected."},
    {"list_does_not_end", "line {line}: the list does not end."},
    {"object_too_large", "line {line}: An object has more than {bytes} bytes."},
    {"quotes_do_not_end", "line {line}: quotes that do not end"},
    {"text_behind_quotes", "line {line}: text behind quotes"},
    {"quotes_do_not_end", "quotes that do not end"},
    {"text_behind_quotes", "text behind quotes"},
    {"text_not_utf16", "The text is not UTF-16, as it claims to be."},
    {"not_an_object", "It is not an object."},
    {"not_an_object", "It is not a JSON object."},
    {"line_not_utf8", "The line is not UTF-8."},
    {"line_too_long", "The line has more than {bytes} bytes."},
    {"names_no_picture", "The line names no picture."},
    {"names_no_picture", "The line names no file."},
    {"names_no_picture", "The image names no file."},
    {"names_no_picture", "The image has no name."},
    {"names_no_picture", "The item names no picture."},
    {"names_no_picture", "The task has no picture."},
    {"category_without_name", "The category has no name."},
    {"categories_of_one_name", "Two categories are called \"{label}\"; they are one label."},
    {"no_image", "There is no image {image}."},
    {"no_category", "There is no category {category}."},
    {"no_items", "There are no items."},
    {"other_media", "These are no pictures but another kind of data (media_type)."},
    {"video", "It labels a video, not pictures."},
    {"no_drawing_member", "There is no \"drawing\"."},
    {"drawing_not_json", "The drawing is a text that is not JSON."},
    {"drawing_not_json", "The strokes are not valid JSON."},
    {"drawing_no_list", "The drawing is not a list of strokes."},
    {"drawing_no_list", "The strokes must be a list."},
    {"drawing_without_strokes", "The drawing has no stroke."},
    {"word_no_text", "The word is not a text."},
    {"word_not_utf8", "The word is not UTF-8."},
    {"stroke_form", "A stroke is [[x…],[y…]] or [[x…],[y…],[t…]]."},
    {"stroke_lengths", "A stroke's x, y and t must be lists of the same length, not empty."},
    {"stroke_coordinate", "A coordinate must be a number within ±1000000."},
    {"too_many_strokes", "A drawing has at most {count} strokes."},
    {"too_many_points", "A drawing has at most {count} points."},

    // Columns and controls.
    {"which_column",
     "The columns \"{one}\" and \"{other}\" could both be meant: say which with {parameter}."},
    {"which_control", "The controls {controls} could all be meant: say which with label_column."},
    {"no_column", "There is no column \"{column}\"."},
    {"no_control", "There is no column or control \"{column}\"."},
    {"no_path_column",
     "None of the columns is called as one of pictures is (path, file, image): say which with "
     "path_column."},
    {"no_label_column",
     "None of the columns is called as one of labels is (label, class, tag): the drawings come "
     "without a label. Say which of {columns} holds them with label_column."},
    {"label_column_missing",
     "There is no \"{column}\" in it: the drawings come without a label. Say which of {columns} "
     "holds them with label_column."},
    {"names_passed_over",
     "\"{column}\" may hold people's names and was passed over; call it \"pseudonym\" to keep it."},
    {"no_date",
     "\"{date}\" is no date that is read (2026-07-31, or with T10:00:00Z); the drawing comes "
     "without it, and {count} more."},
    {"id_not_whole", "The id {id} is not whole and was dropped."},

    // Labels.
    {"label_undeclared", "The label \"{label}\" is not declared above."},
    {"shapes_passed_over", "{count} shapes were passed over: tags alone are labels."},
    {"shapes_passed_over", "{count} shape was passed over: tags alone are labels."},
    {"tag_by_model", "A model made the tag: it is a suggestion."},
    {"no_label_of_number", "There is no label {label} in synsets.txt."},
    {"no_label_of_number", "There is no label {label}; the drawing comes without it."},
    {"no_class",
     "There is no class {number}: README.md names {count}. The drawing comes without it."},
    {"label_not_utf8", "The label is not UTF-8. The drawing comes without it."},
    {"label_no_text", "The label is no text. The drawing comes without it."},
    {"annotations_passed_over", "{count} annotations that are no labels were passed over."},
    {"annotations_passed_over", "{count} annotation that is no label was passed over."},
    {"labels_exclude_each_other",
     "It has several labels of a group in which one excludes the others."},
    {"several_results", "One annotation holds several results; all count."},
    {"labels_disagree",
     "people or lines disagree: {labels}; it comes without a label, to be reviewed."},
    {"several_labels", "several labels: {labels}; it comes without a label, to be reviewed."},
    {"unknown_label_alike",
     "\"{label}\" is not one of the project's labels (\"{alike}\" is: map one to the other)."},
    {"unknown_label", "\"{label}\" is not one of the project's labels."},
    {"labels_full", "A project has at most {maximum} labels."},
    {"label_alike",
     "a label of its own beside \"{alike}\", which differs in case alone: map one to the other if "
     "they are one."},
    {"label_name",
     "A label's name has 1 to {bytes} bytes, without control characters, \"/\", \"\\\" and \":\", "
     "and no space at either end."},
    {"not_utf8", "This is not valid UTF-8."},
    {"suggestion_dropped",
     "the suggestion \"{label}\" is none of the project's labels and was dropped."},
    {"signed_by_importer",
     "the data says who reviewed it, which is taken from an admin's import alone: this label, and "
     "all like it, are signed by {name}."},
    {"imported_otherwise",
     "the same drawing came with another label than {label}, here or earlier: it waits for a "
     "review."},

    // Pictures.
    {"file_empty", "It is empty."},
    {"file_empty", "Its picture is empty."},
    {"not_a_picture", "It is neither PNG, JPEG nor WebP."},
    {"not_a_picture", "The file is not a PNG, JPEG or WebP picture."},
    {"passed_over", "It is no picture and was passed over."},
    {"picture_missing", "Its picture is not among the files."},
    {"picture_at_address",
     "The picture stands at an address, and addresses are not fetched; it is not among the files "
     "either."},
    {"which_picture", "Several files could be meant by {name}: {one}, {other}."},
    {"pictures_stay_out",
     "{count} pictures beside it are not named there and stay out; --pictures brings them too."},
    {"pictures_stay_out",
     "{count} picture beside it is not named there and stays out; --pictures brings it too."},
    {"pictures_without_label", "{count} of the pictures are not named there; they have no label."},
    {"pictures_without_label", "{count} of the pictures is not named there; it has no label."},
    {"data_not_base64", "Of data: addresses only those in base64 are read."},
    {"base64_invalid", "The text is not valid base64."},
    {"picture_damaged", "The {format} picture is damaged or cut short."},
    {"picture_too_small",
     "The picture is {width} x {height} pixels; each side must have at least {least}."},
    {"picture_too_large", "The picture is {width} x {height} pixels; a side has at most {most}."},
    {"picture_too_many_pixels", "The picture has {pixels} pixels; at most {most} are taken."},
    {"picture_too_many_bytes", "The picture has {bytes} bytes; at most {most} are taken."},
    {"picture_in_printing_colours",
     "JPEG pictures in printing colours (CMYK) are not read; send RGB."},
    {"picture_animated", "Animated WebP is not read; send a single picture."},
    {"picture_blank", "The picture is empty: nothing is drawn on it."},

    // What is kept.
    {"text_control_characters", "A name or id holds control characters."},
    {"id_too_long", "The id has more than {bytes} bytes."},
    {"file_name_too_long", "The file's name has more than {bytes} bytes."},
    {"pseudonym_too_long", "The pseudonym has more than {bytes} bytes."},
    {"reviewer_too_long", "The reviewer's name has more than {bytes} bytes."},
    {"drawing_deleted",
     "This drawing was deleted here for good: importing it does not bring it back."},
    {"id_taken", "Another picture is stored under this id."},

    // Jobs.
    {"stopped", "The work was stopped."},
    {"work_failed", "The work failed; the server's log says why."},
    {"cut_off", "The work was cut off {count} times."},
    {"project_archived", "This project is archived: it takes no new drawings."},
    {"no_project", "There is no such project."},
    {"too_few_reviewed",
     "Two labels at least need {count} reviewed drawings each to learn from (three in four are; "
     "the others are kept to judge)."},
    {"too_many_drawings", "The project's drawings are too many to train from at once."},
    {"training_killed", "The training was ended by signal {signal}: {message}"},
    {"training_failed", "The training failed: {message}"},
    {"model_unusable", "The model {model} cannot be run by this program: {message}"},
    {"no_model", "There is no model with this id."},
    {"no_model", "The project has no such model."},
    {"no_trunk", "The model {model} that it was made from is not in the registry."},
    {"model_not_finite", "The model's answer is not a finite number."},
    {"recognition_failed", "The drawing cannot be recognised."},

    // The store.
    {"store_unreachable", "The store cannot be reached just now; try again shortly."},
    {"store_unreachable", "The store does not answer just now; try again shortly."},
    {"store_silent",
     "The store did not answer in time, so it is not known whether this was stored. Send it again: "
     "with the same Idempotency-Key nothing is stored twice."},
    {"store_busy", "The store is busy just now; try again shortly."},
    {"store_full",
     "The store's disk is full: nothing can be stored or changed until there is room on it."},
    {"store_read_only",
     "The store is read-only: nothing can be stored or changed until it may be written again."},
    {"store_disk_fails", "The store's disk fails to read or to write; the server's log says how."},
    {"store_out_of_memory", "The store is out of memory just now; try again shortly."},
    {"no_descriptors", "The server has no file descriptors left just now; try again shortly."},
    {"store_permission",
     "The store does not let the server do this: its account or its files lack the permission."},
    {"store_damaged", "The store's file is not a database."},
    {"store_damaged", "The store is damaged: it must be mended, or restored from a backup."},
    {"store_clash", "This clashes with what is stored already."},
    {"store_value", "The store cannot take this value."},
    {"store_failed", "The store could not do this."},

    // These begin with anything, or are nearly nothing else.
    {"file_unreadable", "{file} cannot be read."},
    {"file_unreadable", "Cannot read {file}."},
    {"file_unwritable", "Cannot write {file}."},
    {"program_missing", "{program} is not installed."},
    {"no_such_file", "There is no {file}."},
};

/// Of who asks, of what is there and of how the server is. What the HTTP server and the portal say
/// for themselves has its codes there (http/refusals.h, portal/refusals.h).
constexpr ReasonPattern server_patterns[]{
    // Who asks.
    {"not_signed_in", "Sign in, and send the token as a Bearer."},
    {"wrong_sign_in", "The user name or the password is wrong."},
    {"sign_in_ended", "This sign-in has ended, or its account is disabled or gone; sign in again."},
    {"sign_in_ended", "The refresh token is not valid (any more); sign in again."},
    {"sign_in_ended", "The refresh token is not valid any more; sign in again."},
    {"sign_in_ended", "The account has changed meanwhile; sign in again."},
    {"token_expired", "The token has expired."},
    {"token_not_valid", "The token is not valid yet."},
    {"token_not_valid", "The token cannot be read."},
    {"token_not_valid", "The token lacks a valid time."},
    {"token_not_valid", "The token does not say which sign-in it is of."},
    {"token_not_valid", "The token does not say whom it is for."},
    {"token_not_valid", "The token is not signed with HS256."},
    {"token_not_valid", "The token is of another type."},
    {"token_not_valid", "The token is too long."},
    {"token_not_valid", "The token is not a JSON Web Token."},
    {"token_not_valid", "The token is signed with a key that is not in use."},
    {"token_not_valid", "The token's signature is wrong."},
    {"token_not_valid", "The token is from another issuer."},
    {"admin_only", "Only an admin may do this."},
    {"not_your_job", "Who queued a job may cancel it, and an admin."},
    {"not_your_job", "Who queued a job may retry it, and an admin."},
    {"withdrawal_token_missing",
     "Send the token that the answer to the submission has, as Withdrawal-Token."},
    {"withdrawal_token_wrong", "This token is not the drawing's, or it is more than 24 hours old."},
    {"too_fast", "Too many tries; wait a little."},

    // What is there.
    {"address_not_found", "There is no such kind of problem."},
    {"no_comparison", "There is no comparison of this model by this job."},
    {"no_dismissal", "Nobody dismissed such duplicates here."},
    {"no_drawing", "There is no drawing with this id."},
    {"no_drawing", "There is no such drawing."},
    {"no_earlier_model", "No model was live before."},
    {"no_job", "There is no job with this id."},
    {"no_label", "The project has no label of this name."},
    {"no_live_model", "No model is live."},
    {"no_strokes", "This drawing came as a picture, without strokes."},
    {"no_user", "There is no such user."},
    {"version_missing", "Say which version you saw: send the drawing's ETag as If-Match."},

    // How the server is.
    {"client_gone", "The client has hung up."},
    {"recognition_late", "The drawing could not be recognised in time; try again shortly."},
    {"server_full", "The server is at its limit; try again shortly."},
    {"server_full", "The store is at its limit; try again shortly."},
    {"server_full", "Too many drawings are waiting; try again shortly."},
    {"server_full", "Too many sign-ins at this moment; try again shortly."},
    {"server_full", "There is no memory to check a password with."},
    {"server_full", "There is no room for temporary files."},
    {"server_stopping", "The server is stopping."},
    {"server_stopping", "The store is stopping."},
    {"too_many_exports", "As many exports are running as may; try again later."},
    {"too_many_followers", "As many follow jobs as may; ask for the job instead, again and again."},
    {"too_many_uploads", "As many uploads are under way as may; try again later."},
    {"upload_not_kept", "The server cannot keep the upload: {message}."},
};

/// What is wrong with a request or with one of its fields, which is named beside the sentence. Of
/// {minimum} and {maximum} only numbers are taken, of {allowed} only a list of words.
constexpr ReasonPattern refusal_patterns[]{
    // Any field.
    {"missing", "This is missing."},
    {"missing", "The picture is missing."},
    {"missing", "A password is not empty."},
    {"empty", "The picture is empty."},
    {"empty", "The file is empty."},
    {"wrong_type", "This must be a string."},
    {"wrong_type", "This must be a whole number of 0 or more."},
    {"wrong_type", "This must be an object: language to title."},
    {"wrong_type", "This must be the version that the person saw."},
    {"wrong_type", "Each is an object with id and version."},
    {"wrong_type", "The body must be a JSON object."},
    {"unknown_member", "There is no such member here."},
    {"unknown_member", "There is no such query parameter here."},
    {"unknown_member", "An import has no such parameter."},
    {"not_one_of", "This is {allowed}."},
    {"not_one_of", "This must be {allowed}."},
    {"not_one_of", "A role is {allowed}."},
    {"not_one_of", "A format is {allowed}."},
    {"not_one_of", "A format is {allowed}; without one it is found out."},
    {"not_one_of", "A split is {allowed}."},
    {"not_one_of", "An order is {allowed}."},
    {"not_one_of", "An action is one of {allowed}."},
    {"out_of_range", "This is a number from {minimum} to {maximum}."},
    {"out_of_range", "A confidence is a number from {minimum} to {maximum}."},
    {"out_of_range", "A page has {minimum} to {maximum} entries."},
    {"out_of_range", "A page has {minimum} to {maximum} events."},
    {"out_of_range", "A training has {minimum} to {maximum} steps."},
    {"out_of_range", "{minimum} to {maximum} clusters can be listed."},
    {"out_of_range", "{minimum} to {maximum} drawings can be listed."},
    {"out_of_range", "{minimum} to {maximum} groups can be listed."},
    {"out_of_range", "{minimum} to {maximum} drawings can be held at once."},
    {"wrong_count", "This must be a list of {minimum} to {maximum} drawings."},
    {"wrong_count", "{minimum} to {maximum} drawings can be changed at once."},
    {"too_many", "This must be a list of at most {maximum} ids."},
    {"too_many", "At most {maximum} drawings can be passed over."},
    {"too_many", "At most {maximum} drawings can be asked about first."},
    {"too_many", "A label has titles in at most {maximum} languages."},
    {"too_many", "An import has at most {maximum} mappings."},
    {"too_many_files", "An upload has at most {maximum} files; send an archive."},
    {"wrong_length", "A tag has {minimum} to {maximum} bytes of UTF-8."},
    {"wrong_length", "This has {minimum} to {maximum} bytes of UTF-8."},
    {"wrong_length", "This has {minimum} to {maximum} bytes."},
    {"wrong_length", "A pseudonym has {minimum} to {maximum} bytes."},
    {"too_long", "This has more than {maximum} bytes."},
    {"too_long", "An idempotency key has at most {maximum} bytes."},
    {"too_long", "Guidelines have at most {maximum} bytes."},
    {"too_long", "A reason has at most {maximum} bytes."},
    {"too_long", "A comment has at most {maximum} bytes."},
    {"too_long", "The picture has more than the {maximum} bytes that are taken."},
    {"too_many_characters", "This has more than {maximum} characters."},
    {"too_many_characters", "A password has at most {maximum} characters."},
    {"too_few_characters", "A password has at least {minimum} characters."},
    {"control_characters", "A reason has no control characters."},
    {"control_characters", "A comment has no control characters."},
    {"not_plain_text", "A project's name has 1 to {maximum} bytes without control characters."},
    {"not_plain_text", "A title has 1 to {maximum} bytes without control characters."},
    {"not_plain_text",
     "This has more than {maximum} bytes or control characters, or is not UTF-8."},
    {"not_text", "Guidelines are text in UTF-8."},
    {"not_text", "A password is text in UTF-8."},
    {"not_text", "The form is not text in UTF-8."},
    {"not_a_time", "A time is written as 2026-11-24T14:07:00Z (RFC 3339; + is %2B)."},
    {"not_a_time", "The time must be RFC 3339, like 2026-11-24T14:07:00Z."},
    {"not_an_id", "An id is a UUID, as in 019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11."},
    {"not_an_id", "This must be a drawing's id."},
    {"not_an_id", "This must be a drawing's id, or null."},
    {"not_an_id", "This must be a job's id."},
    {"not_an_id", "This must be an import's id."},
    {"not_a_cursor", "This cursor is not one that was given."},

    // Users and passwords.
    {"grant_unknown", "The only grant is password."},
    {"user_name_length", "A user name has {minimum} to {maximum} characters."},
    {"user_name_form",
     "A user name is made of letters A to Z, digits and . _ @ + -, and starts with a letter or a "
     "digit."},
    {"password_characters", "A password is made of characters that can be seen, and of spaces."},
    {"password_is_name", "A password differs from the user name."},
    {"password_guessable",
     "This password would soon be guessed: common words, names, dates, repetitions and rows of "
     "keys do not count for much. Take several words that have nothing to do with one another."},

    // Projects, labels and drawings.
    {"slug_form",
     "A slug is 1 to {maximum} of a-z, 0-9 and -, and begins and ends with a letter or a digit."},
    {"language_form", "A language is written as in fr or pt-BR."},
    {"colour_form", "A colour is written as in #3451c6."},
    {"key_form",
     "A key is one of 0 to 9 and a to z, by its place on an American keyboard; u is taken, it "
     "undoes."},
    {"source_form",
     "A source is 1 to {maximum} of a-z, 0-9 and . _ -, and starts with a letter or a digit."},
    {"label_not_into", "This must be another label that is not retired."},
    {"drawing_not_usable", "This must be a drawing of the project that is not hidden."},
    {"same_model", "This is another model than the one reported on."},
    {"idempotency_key_form", "An Idempotency-Key is 1 to {maximum} visible ASCII characters."},
    {"key_used_again", "This idempotency key was used for another request."},
    {"not_rolled_back", "The project does not go back to that model by itself any more."},

    // What is sent.
    {"not_base64", "The picture is not valid base64."},
    {"not_base64", "The data: URL of the picture is not in base64."},
    {"mapping_form", "A mapping is FROM=TO, as in Circle=circle."},
    {"folders_too_deep", "It lies more than {maximum} folders deep."},
    {"folder_name_too_long", "A folder's name has more than {maximum} bytes."},
    {"file_name_unfit", "This cannot be a file's name."},
    {"file_named_twice", "Two files of one name: {name}."},
    {"type_not_read", "The body's Content-Type is not read here; send {types}."},
    {"type_not_read",
     "An import is an archive (application/zip, application/gzip), text/csv, "
     "application/x-ndjson, application/json, application/xml, a picture, or a form with any of "
     "them as \"file\"."},
    {"type_not_read", "The body is no multipart/form-data."},
    {"body_too_large", "The body has more than the {maximum} KiB that are taken here."},
    {"body_too_large", "A field of the form is too large."},
    {"body_too_large", "The form has too many fields."},
    {"body_too_large", "The header of a part of the form is too long."},
    {"body_unreadable", "The JSON is nested more than 32 levels deep."},
    {"body_unreadable", "The JSON has a number that is too large."},
    {"body_unreadable", "The body is not valid JSON: {message}."},
    {"body_unreadable", "The form cannot be read."},
    {"body_unreadable", "The form is cut short."},
    {"body_unreadable", "The form's boundary is not in its body."},
    {"body_unreadable", "The form's Content-Type states no valid boundary."},
    {"body_unreadable", "A part of the form has no valid header."},
    {"body_unreadable", "A part of the form is no form-data."},
    {"body_unreadable", "A part of the form has no name."},
};

/// Letters, digits and what file formats and media types have besides.
bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./+").find(c) != std::string_view::npos;
    });
}

/// "a, b or c" as "a, b, c"; nothing where it is no list of words.
std::optional<std::string> list_of_words(std::string text) {
    constexpr std::string_view comma = ", ";
    constexpr std::string_view last = " or ";
    if (const auto at = text.rfind(last); at != std::string::npos)
        text.replace(at, last.size(), comma);
    std::size_t words = 0;
    for (std::size_t begin = 0; begin <= text.size(); ++words) {
        const auto end = std::min(text.find(comma, begin), text.size());
        if (!is_word(std::string_view(text).substr(begin, end - begin))) return std::nullopt;
        begin = end + comma.size();
    }
    return words > 1 ? std::optional(std::move(text)) : std::nullopt;
}

/// "1,024" as "1024"; nothing where it is no number.
std::optional<std::string> plain_number(std::string text) {
    std::erase(text, ',');
    const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                     [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::optional(std::move(text)) : std::nullopt;
}

/// What stands at a place of that name, where it may stand there.
std::optional<std::string> parameter_of(std::string_view name, std::string text) {
    if (name == "allowed") return list_of_words(std::move(text));
    if (name == "minimum" || name == "maximum") return plain_number(std::move(text));
    return text;
}

/// What is between two of the pattern's variable places, and the place before it.
struct PatternPiece {
    std::string_view name;  ///< empty before the first
    std::string_view text;
};

std::vector<PatternPiece> pieces_of(std::string_view pattern) {
    std::vector<PatternPiece> pieces;
    std::string_view name;
    for (;;) {
        const auto open = pattern.find('{');
        pieces.push_back({name, pattern.substr(0, open)});
        if (open == std::string_view::npos) return pieces;
        const auto close = pattern.find('}', open);
        name = pattern.substr(open + 1, close - open - 1);
        pattern.remove_prefix(close + 1);
    }
}

/// What stands at the pattern's variable places, where `text` is such a sentence as a whole. Each
/// is as short as it can be, and not empty.
std::optional<ReasonParameters> matched(std::span<const PatternPiece> pieces,
                                        std::string_view text) {
    if (!text.starts_with(pieces.front().text)) return std::nullopt;
    text.remove_prefix(pieces.front().text.size());
    ReasonParameters found;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const bool is_last = i + 1 == pieces.size();
        const auto& behind = pieces[i].text;
        if (text.size() <= behind.size() || (is_last && !text.ends_with(behind)))
            return std::nullopt;
        const auto end = is_last ? text.size() - behind.size() : text.find(behind, 1);
        if (end == std::string_view::npos) return std::nullopt;
        auto value = parameter_of(pieces[i].name, std::string(text.substr(0, end)));
        if (!value) return std::nullopt;
        found.emplace_back(pieces[i].name, std::move(*value));
        text.remove_prefix(end + behind.size());
    }
    return text.empty() ? std::optional(std::move(found)) : std::nullopt;
}

/// A table made ready to be looked up in: an answer waits for it.
class Patterns {
  public:
    explicit Patterns(std::span<const ReasonPattern> patterns) {
        for (const auto& [code, sentence] : patterns) {
            auto pieces = pieces_of(sentence);
            if (pieces.size() == 1)
                fixed_.emplace(sentence, code);
            else
                varying_.push_back({code, std::move(pieces)});
        }
    }

    /// The sentence itself, or else the first pattern that it matches.
    std::optional<Reason> find(std::string_view sentence) const {
        if (const auto found = fixed_.find(sentence); found != fixed_.end())
            return Reason{found->second, {}};
        for (const auto& [code, pieces] : varying_)
            if (auto parameters = matched(pieces, sentence))
                return Reason{code, std::move(*parameters)};
        return std::nullopt;
    }

  private:
    struct Varying {
        std::string_view code;
        std::vector<PatternPiece> pieces;
    };
    std::unordered_map<std::string_view, std::string_view> fixed_;
    std::vector<Varying> varying_;
};

std::optional<Reason> plain_reason_of(std::string_view sentence) {
    static const Patterns reasons(reason_patterns);
    return reasons.find(sentence);
}

/// Sentences that may stand behind any other, and the parameter that they are.
constexpr std::string_view several_stored = " drawings were stored before.";
constexpr std::string_view one_stored = " drawing was stored before.";
constexpr std::string_view folders_instead =
    " With the format imagefolder the folders are the labels.";

/// Takes "N drawings were stored before." off the end; empty where it is not there.
std::string_view take_stored(std::string_view& sentence) {
    const auto said = sentence.ends_with(one_stored) ? one_stored : several_stored;
    if (!sentence.ends_with(said)) return {};
    const auto rest = sentence.substr(0, sentence.size() - said.size());
    const auto number = rest.substr(rest.rfind(' ') + 1);
    if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos ||
        number.size() == rest.size())
        return {};
    sentence = rest.substr(0, rest.size() - number.size() - 1);
    return number;
}

bool take_folders(std::string_view& sentence) {
    if (!sentence.ends_with(folders_instead)) return false;
    sentence.remove_suffix(folders_instead.size());
    return true;
}

}  // namespace

std::optional<Reason> reason_of(std::string_view sentence) {
    const auto stored = take_stored(sentence);
    const bool has_instead = take_folders(sentence);
    auto reason = plain_reason_of(sentence);
    // "FILE: " or "PICTURE: " before it, where the sentence by itself is none.
    constexpr std::string_view colon = ": ";
    for (auto at = sentence.find(colon); at != std::string_view::npos && at > 0 && !reason;
         at = sentence.find(colon, at + 1)) {
        reason = plain_reason_of(sentence.substr(at + colon.size()));
        if (reason) reason->parameters.emplace_back("file", sentence.substr(0, at));
    }
    if (!reason) return std::nullopt;
    if (!stored.empty()) reason->parameters.emplace_back("stored", stored);
    if (has_instead) reason->parameters.emplace_back("instead", "imagefolder");
    return reason;
}

std::optional<Reason> refusal_of(std::string_view sentence) {
    static const Patterns server(server_patterns);
    static const Patterns refusals(refusal_patterns);
    if (auto told = server.find(sentence)) return told;
    if (auto refusal = refusals.find(sentence)) return refusal;
    return plain_reason_of(sentence);
}

std::string shortened(std::string text) {
    if (text.size() <= max_short_bytes) return text;
    return std::string(truncate_utf8(text, max_short_bytes)) + "…";
}

boost::json::object parameters_of(const Reason& reason) {
    boost::json::object parameters;
    for (const auto& [name, value] : reason.parameters) parameters[name] = shortened(value);
    return parameters;
}

}  // namespace croquis::service
