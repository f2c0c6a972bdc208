import { KeptDraft } from './kept-draft';
import { OtherRoom } from './other-room';

/** A room that I am not in, and what I wrote there when I was. */
export function OutsideRoom({ id }: { id: number }) {
  return (
    <>
      <OtherRoom key={id} id={id} />
      <KeptDraft key={`draft ${id}`} id={id} />
    </>
  );
}
