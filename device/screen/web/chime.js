// Two tones that call somebody back to the reader; made here, so that no file has to be there.

const NOTES_HZ = [880, 660];
const NOTE_S = 0.28;
const LOUDNESS = 0.35;

export const CHIME_MS = NOTES_HZ.length * NOTE_S * 1000;

let sound = null;

export function chime() {
  sound ??= new AudioContext();
  // A browser that lets no page sound before a touch keeps it waiting until now.
  sound.resume();
  NOTES_HZ.forEach((pitch, index) => play(pitch, sound.currentTime + index * NOTE_S));
}

function play(pitch, at) {
  const tone = new OscillatorNode(sound, { frequency: pitch });
  const volume = new GainNode(sound, { gain: 0 });
  volume.gain.setTargetAtTime(LOUDNESS, at, 0.01);
  volume.gain.setTargetAtTime(0, at + NOTE_S * 0.6, 0.05);
  tone.connect(volume).connect(sound.destination);
  tone.start(at);
  tone.stop(at + NOTE_S * 2);
}
