const paths = {
  circle: 'M12 3.5a8.5 8.5 0 1 0 .01 0z',
  ellipse: 'M12 6.5c5 0 9 2.5 9 5.5s-4 5.5-9 5.5-9-2.5-9-5.5 4-5.5 9-5.5z',
  square: 'M4.5 4.5h15v15h-15z',
  rectangle: 'M2.5 7h19v10h-19z',
  triangle: 'M12 4l9 16H3z',
  diamond: 'M12 2.5l7 9.5-7 9.5-7-9.5z',
  pentagon: 'M12 3l8.6 6.2-3.3 10.1H6.7L3.4 9.2z',
  hexagon: 'M21 12l-4.5 7.8h-9L3 12l4.5-7.8h9z',
  octagon: 'M20.3 15.4l-4.9 4.9H8.6l-4.9-4.9V8.6l4.9-4.9h6.8l4.9 4.9z',
  star: 'M12 2.8l2.7 6 6.5.7-4.9 4.3 1.4 6.4-5.7-3.3-5.7 3.3 1.4-6.4-4.9-4.3 6.5-.7z',
  heart: 'M12 20.5C5 15.5 3 12 3 8.7a4.6 4.6 0 0 1 9-1.6 4.6 4.6 0 0 1 9 1.6c0 3.3-2 6.8-9 11.8z',
  arrow: 'M3 12h18M14.5 5.5L21 12l-6.5 6.5',
  cross: 'M12 4v16M4 12h16',
  line: 'M4 19L20 5',
  zigzag: 'M2.5 16l4.7-8.5 4.8 8.5 4.8-8.5 4.7 8.5',
  squiggle: 'M2.5 13c1.6-6 3.6-6 5.2 0s3.6 6 5.2 0 3.6-6 5.2 0c1 3.8 2.2 4.2 3.4 2',
};

/** Shapes as a path in a square of 24 units, by their tag; a tag of any other kind has none. */
export const labelSketches: ReadonlyMap<string, string> = new Map(Object.entries(paths));
