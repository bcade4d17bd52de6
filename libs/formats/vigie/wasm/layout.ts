/** The numbers of layout.as.ts that this side needs. */
export const layoutNames = [
  'keysAt', 'keyLengthsAt', 'kindsAt', 'closesAt', 'prefixLengthsAt', 'prefixesAt', 'wordsAt', 'wordListBytes', 'masksAt', 'classesAt',
  'foldedAt', 'base64At', 'hexAt', 'initialAt', 'roundsAt', 'partsAt', 'partLengthsAt', 'sourceAt', 'sourceTextsAt', 'sourceBytesMax',
  'futureMsAt', 'groupHashAt', 'recordKeyAt', 'contentKeyAt', 'groupTextAt', 'afterTimeAt', 'afterEventIdAt', 'keyIdAt', 'windowAt',
  'windowBytes', 'windowSlackBytes', 'lineBytesMax', 'rowAt', 'contentAt', 'startsAt', 'endsAt', 'patientsAt', 'digitsAt',
  'eventIdAt', 'factsAt', 'pseudonymWordsAt', 'blockAt', 'endingsAt', 'endingBytesMax', 'endingsMax', 'endingLengthsAt', 'endingPartsAt',
  'stagesAt', 'stages', 'recordHalfAt', 'stageBytes', 'stageDistance',
] as const; // prettier-ignore
export type Layout = Readonly<Record<(typeof layoutNames)[number], number>>;
