// A few texts for the page, in place of the READMEs that the program in Node reads from the disk.

export const texts = [
  {
    package: "idb",
    version: "8.0",
    license: "ISC",
    text: `# idb
A small library that gives IndexedDB promises. Nearly everything of IndexedDB has the same name in it.

## Opening a database
Call openDB with a name, a version and an upgrade callback. The upgrade callback runs when the database has a lower version
than the one you ask for: create your object stores and indexes there. It is the only place where the schema can change.

## Transactions
A transaction commits by itself when you wait for anything but the database. So do not await a fetch between opening a
transaction and its last request. The promise at done tells whether it committed.`,
  },
  {
    package: "comlink",
    version: "4.4",
    license: "Apache-2.0",
    text: `# Comlink
Comlink makes a worker's functions look like functions of the page. Expose an object in the worker and wrap the worker in the
page: each call becomes a message and gives a promise.

## Functions as arguments
A function cannot be copied to a worker. Mark it with proxy and the worker gets a stand-in, whose calls travel back to the
page. Release the proxy when you need it no more, because it keeps a message channel open.

## Transferables
An array buffer can be handed over without copying it. Wrap it with transfer and list what changes its owner.`,
  },
  {
    package: "plot",
    version: "0.6",
    license: "ISC",
    text: `# Observable Plot
Plot draws data as layered marks: dots, lines, bars and areas share one set of scales.

## Dots
The dot mark draws circles, one for each row of the data. With x and y set to two columns it makes a scatterplot. The colour
and the radius can show two columns more.

## Bins
The bin transform groups rows by intervals and counts them. Use it with bars or rects to draw a histogram.`,
  },
];
