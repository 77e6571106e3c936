// The live camera picture. One picture is asked for at a time, so a slow browser never lags behind.

export class Preview {
  #ask;
  #canvas = null;

  constructor(ask) {
    this.#ask = ask;
  }

  follow(canvas) {
    this.#canvas = canvas;
    if (canvas) {
      this.#ask();
    }
  }

  async draw(blob) {
    const picture = await createImageBitmap(blob);
    const canvas = this.#canvas;
    if (canvas) {
      canvas.width = picture.width;
      canvas.height = picture.height;
      canvas.getContext("2d").drawImage(picture, 0, 0);
      this.#ask();
    }
    picture.close();
  }
}
