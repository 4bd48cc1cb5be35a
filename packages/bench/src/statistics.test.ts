import { expect, it } from "vitest";
import { median, pairedRatios, quantile, summarise } from "./statistics";

it("takes the middle value, or the mean of the two middle ones", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it("interpolates a quantile between its two neighbours", () => {
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([10, 20], 0.1)).toBeCloseTo(11);
  expect(quantile([1, 2, 3], 0)).toBe(1);
  expect(quantile([1, 2, 3], 1)).toBe(3);
});

it("sorts by size and not by text", () => {
  expect(median([9, 10, 100])).toBe(10);
});

it("knows no quantile of nothing", () => {
  expect(quantile([], 0.5)).toBeNaN();
});

it("leaves the measured values in their order", () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

it("divides within a round, so that a slow round changes no ratio", () => {
  expect(pairedRatios([2, 20, 200], [1, 10, 100])).toEqual([2, 2, 2]);
});

it("gives the median of the paired ratios, which is not the ratio of the medians", () => {
  const own = [10, 10, 90];
  const base = [10, 20, 30];
  expect(median(pairedRatios(own, base))).toBe(1);
  expect(median(own) / median(base)).toBe(0.5);
});

it("leaves out a round in which the base measured nothing", () => {
  expect(pairedRatios([1, 2, 0], [0, 1, 0])).toEqual([2]);
});

it("refuses contestants with different numbers of rounds", () => {
  expect(() => pairedRatios([1, 2], [1])).toThrow(RangeError);
});

it("summarises by the median and the band of eight tenths", () => {
  const values = Array.from({ length: 11 }, (_, index) => index);
  expect(summarise(values)).toEqual({ median: 5, p10: 1, p90: 9 });
});
