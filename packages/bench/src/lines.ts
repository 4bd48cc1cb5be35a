/** The positions of each document that the races read and write. */
export const lines = Array.from({ length: 10 }, (_, index) => ({
  description: `Line ${index}`,
  quantity: "2",
  unitPrice: "9.99",
}));
