/** A double click is one act: its second half lands on whatever came up after the first. */
export const once = (act: (event: MouseEvent) => void) => (event: MouseEvent) => {
  if (event.detail < 2) act(event);
};
