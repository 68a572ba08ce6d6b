const hidden = "[secret]";
const values = new WeakMap<Secret, string>();

/**
 * A value that cannot be serialized, logged, interpolated or compared by accident.
 * The text lives outside the object, so that no inspector, spread or structured clone reaches it.
 */
export class Secret {
  constructor(value: string) {
    values.set(this, value);
    Object.freeze(this);
  }

  /** The text itself. Call it where it is sent, and nowhere else. */
  reveal(): string {
    const value = values.get(this);
    if (value === undefined) throw new TypeError("Expected a Secret made in this process, got a copy of one");
    return value;
  }

  toString(): string {
    return hidden;
  }

  /** Throws: a secret inside JSON is a defect, and a placeholder would hide it until something needs the value. */
  toJSON(): never {
    throw new TypeError("A Secret cannot be serialized: pass a reference such as vault:name instead");
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError("A Secret cannot be converted: call reveal() at the point where it is sent");
  }

  get [Symbol.toStringTag](): string {
    return "Secret";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return hidden;
  }
}
