// Place files, read as docs/place-file.md describes them and without any of the program's code.

import fs from 'node:fs';

const leafPlaces = 8;

/// The places of a file, in its order: { id, name, lat, lng }.
export function readPlaceFile(file) {
  const bytes = fs.readFileSync(file);
  const number = (at) => Number(bytes.readBigUInt64LE(at));
  const places = number(40);
  let boxes = 0;
  for (let level = Math.ceil(places / leafPlaces); level > 0; level = level === 1 ? 0 : Math.ceil(level / leafPlaces)) boxes += level;
  const locations = bytes.readUInt32LE(12) + 32 * boxes;
  const kinds = locations + 8 * places;
  const leaves = kinds + Math.ceil((2 * places) / 8) * 8;
  let at = leaves + 8 * Math.ceil(places / leafPlaces);

  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  return Array.from({ length: places }, (_, i) => {
    const length = varint();
    const end = at + length;
    varint(); // source and business status
    const lengths = [varint(), varint(), varint(), varint()];
    const name = bytes.toString('utf8', at, at + lengths[0]);
    const id = bytes.toString('utf8', at + lengths[0], at + lengths[0] + lengths[1]);
    at = end;
    const latLng = [0, 4].map((offset) => bytes.readInt32LE(locations + 8 * i + offset) / 1e7);
    return { id, name, lat: latLng[0], lng: latLng[1] };
  });
}
