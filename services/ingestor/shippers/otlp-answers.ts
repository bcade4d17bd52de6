/** `ExportLogsServiceResponse` with its `partial_success`, in protobuf's wire format. */
export function partialSuccess(rejectedLogRecords: number, errorMessage: string): Uint8Array {
  return delimited(1, Buffer.concat([whole(1, rejectedLogRecords), delimited(2, Buffer.from(errorMessage))]));
}

/** `google.rpc.Status` in the same. */
export function statusMessage(code: number, message: string): Uint8Array {
  return Buffer.concat([whole(1, code), delimited(2, Buffer.from(message))]);
}

function whole(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function delimited(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
