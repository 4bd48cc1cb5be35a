// The driver's own conversion of a parameter (dates, arrays, objects, buffers), which it exports without types.
declare module "pg/lib/utils.js" {
  export function prepareValue(value: unknown): string | Buffer | null;
}
