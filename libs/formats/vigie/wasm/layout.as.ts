// wasm/: the ingestor's hot loop as one WebAssembly module, written in AssemblyScript (*.as.ts): an ordinary line in, its rows out.
// It knows bytes in a memory of its own; fast-rows.ts beside this folder puts lines in and takes rows out.

/*
 * Where things lie in the module's memory, in bytes: read by both sides, so nothing but numbers. What lies below `stateAt` never changes
 * and is written once (tables.ts); the state is the module's own; the rest is handed over. Everything may be read 16 bytes too far, and
 * rows are written up to 16 bytes too far.
 */

export const fieldCount: usize = 22;

/** `"key":` of each field in 16 bytes, then a mask of its bytes in 16. */
export const keysAt: usize = 1024;
export const keyLengthsAt: usize = 1728;
export const kindsAt: usize = 1760;
/** How many bytes close a value that is copied: 1 for a quote. */
export const closesAt: usize = 1792;
/** What stands before the value of a field in a row, `,"key":` or `,"key":"`, 32 bytes each. */
export const prefixLengthsAt: usize = 1824;
export const prefixesAt: usize = 1856;
/** The words of actions, outcomes, kinds of account and categories: lists of 16 places of 16 bytes, the length in the last one. */
export const wordsAt: usize = 2560;
export const wordListBytes: usize = 256;
/** 32 bytes of ones, then 32 of zeros: from `masksAt + 32 - n` on lie n bytes of ones. */
export const masksAt: usize = 3616;
/** Class of each byte, four bytes each. */
export const classesAt: usize = 3680;
/** Small letters and digits as they are, zero for every other byte. */
export const foldedAt: usize = 4704;
export const base64At: usize = 4960;
export const hexAt: usize = 5024;
/** Of SHA-256: what it begins with, and the constants of its rounds. */
export const initialAt: usize = 5040;
export const roundsAt: usize = 5072;
/** The constant parts of a row, 16 bytes each, in the order of `RowPart` in rows.as.ts, and their lengths. */
export const partsAt: usize = 5328;
export const partLengthsAt: usize = 5456;
export const tablesEnd: usize = 5472;

export const stateAt: usize = 6144;
export const startsAt: usize = stateAt;
export const endsAt: usize = 6272;
export const textClassesAt: usize = 6400;
/** Which field followed which in the last lines, plus one. */
export const followsAt: usize = 6528;
/** The last good value of each field of words, quotes included, 64 bytes each, and its length. */
export const lastLengthsAt: usize = 6560;
export const lastsAt: usize = 6656;
/** Of the identifier that is looked for: what a byte may begin, and its letters and digits. */
export const beginsAt: usize = 8192;
export const soughtAt: usize = 8448;
/** Start and end of each patient's identifier and its place in the table, 16 bytes each. */
export const patientsAt: usize = 9216;
export const patientsMax: usize = 256;
/** The distinct pseudonyms of the line, 32 digits each. */
export const digitsAt: usize = 13_312;
/** States of SHA-256 behind the key's inner and outer block, and behind the whole blocks of the prefix. */
export const innerAt: usize = 21_568;
export const outerAt: usize = 21_600;
export const hashStateAt: usize = 21_632;
export const scheduleAt: usize = 21_696;
/** The message of an HMAC: the rest of the prefix stands here for good. */
export const hashMessageAt: usize = 21_760;
/** The keyed digest of an HMAC's first half, padded. */
export const outerMessageAt: usize = 22_272;

/** What belongs to the request's source; see `SourceBlock` in source-block.ts. */
export const sourceAt: usize = 22_528;
export const sourceBytesMax: usize = 8192;

/** The pseudonyms of `digitsAt` as four words of 32 bits each. */
export const pseudonymWordsAt: usize = 32_768;
/** The context that is looked for. */
export const contextKeyAt: usize = 36_864;
/** The block of a row that was not in the table, 16 digits. */
export const blockAt: usize = 37_120;
/** The event id, 32 digits, and 16 that are written too far. */
export const eventIdAt: usize = 37_184;
/** The half of the event id that is given for a line whose record has no id, 16 digits; a zero where it is made of the line's. Emptied by each `read`. */
export const recordHalfAt: usize = 37_248;
/** What is told of the line that was read; see `Facts` in row-program.ts. */
export const factsAt: usize = 37_376;
/** The places of patients that are asked for together. */
export const aheadAt: usize = 37_440;
/** What may stand behind the fields of a row by number, 96 bytes each, and its length; then what stands before two values behind it. */
export const endingsAt: usize = 40_960;
export const endingBytesMax: usize = 96;
export const endingsMax: usize = 64;
export const endingLengthsAt: usize = 47_104;
export const endingPartsAt: usize = 47_168;

/** Bytes of the body, and behind them zeros. */
export const windowAt: usize = 65_536;
export const windowBytes: usize = 131_072;
export const windowSlackBytes: usize = 64;
/** A longer line is not ordinary. */
export const lineBytesMax: usize = 32_768;

/** One row, and the content that its event id is made of. */
export const rowAt: usize = 262_144;
export const contentAt: usize = 327_680;

/** Contexts and blocks, in sets of four entries; see contexts.as.ts and blocks.as.ts. */
export const contextsAt: usize = 524_288;
export const contextBytes: usize = 128;
export const contextSetsMax: usize = 8192;
export const blocksAt: usize = 4_718_592;
export const blockBytes: usize = 64;
export const blockSetsMax: usize = 16_384;

/** Rows that wait to be taken out together, by partition; the last of a stage may go over its `stageBytes`, as far as the next one. */
export const stagesAt: usize = 8_912_896;
export const stages: usize = 32;
export const stageBytes: usize = 16_384;
export const stageDistance: usize = 81_920;

/** The pseudonyms, in sets of four entries of 64 bytes. */
export const entriesAt: usize = 11_534_336;
export const entryBytes: usize = 64;
export const entriesOfSet: usize = 4;

/** Within the source's block: numbers, then offset in memory and length of each text. */
export const futureMsAt: usize = sourceAt;
export const groupHashAt: usize = sourceAt + 8;
export const recordKeyAt: usize = sourceAt + 16;
export const contentKeyAt: usize = sourceAt + 32;
/** The group as bytes, and the three parts of a row that the source decides: pairs of 32 bits. */
export const groupTextAt: usize = sourceAt + 48;
export const afterTimeAt: usize = sourceAt + 56;
export const afterEventIdAt: usize = sourceAt + 64;
export const keyIdAt: usize = sourceAt + 72;
export const sourceTextsAt: usize = sourceAt + 96;
