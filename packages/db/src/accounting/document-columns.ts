import { newId } from "../core/ids";

/** A line as it was checked. */
export interface LineInput {
  description: string;
  quantity: string;
  unitPrice: string;
  accountId?: string | null | undefined;
}

/** The lines of one document, by column. */
export interface LineArrays {
  /** Time-ordered, so that the lines of a document stand together in the index. */
  lineId: string[];
  lineNumber: number[];
  description: string[];
  quantity: string[];
  unitPrice: string[];
  accountId: (string | null)[];
}

type Field = string | null;

/** The header of one draft: its fields, null where nothing is given. */
export type DraftValues = { id: string } & Record<string, Field>;

/** Headers of drafts by column, and their lines, which name their document by its position from 1. */
export type DraftColumns = LineArrays & { id: string[]; lineDocument: number[] } & Record<
    string,
    Field[] | number[] | string[]
  >;

/** A document as it was checked, of either kind. */
export interface CheckedDocument {
  id?: string | undefined;
  lines: readonly LineInput[];
  [field: string]: unknown;
}

export function lineArrays(lines: readonly LineInput[]): LineArrays {
  return {
    lineId: lines.map(() => newId()),
    lineNumber: lines.map((_line, index) => index + 1),
    description: lines.map((line) => line.description),
    quantity: lines.map((line) => line.quantity),
    unitPrice: lines.map((line) => line.unitPrice),
    accountId: lines.map((line) => line.accountId ?? null),
  };
}

const field = (document: CheckedDocument, key: string) => (document[key] ?? null) as Field;

/** The fields of one document that are named, null where nothing is given. */
export function draftValues(document: CheckedDocument, fields: readonly string[], id: string): DraftValues {
  return { ...Object.fromEntries(fields.map((key) => [key, field(document, key)])), id };
}

export function draftColumns(
  documents: readonly (CheckedDocument & { id: string })[],
  fields: readonly string[],
): DraftColumns {
  const lines = documents.map((document) => lineArrays(document.lines));
  return {
    ...Object.fromEntries(fields.map((key) => [key, documents.map((document) => field(document, key))])),
    id: documents.map((document) => document.id),
    lineDocument: lines.flatMap((each, index) => each.lineNumber.map(() => index + 1)),
    lineId: lines.flatMap((each) => each.lineId),
    lineNumber: lines.flatMap((each) => each.lineNumber),
    description: lines.flatMap((each) => each.description),
    quantity: lines.flatMap((each) => each.quantity),
    unitPrice: lines.flatMap((each) => each.unitPrice),
    accountId: lines.flatMap((each) => each.accountId),
  };
}
