package loginlab

func (v *variant) stay(sc *scene, _ *passage) {
	sc.Heading, sc.Intro, sc.Buttons = v.say("staySignedInHeading"), v.say("staySignedInText"), v.decide("yes", "no")
}

func (v *variant) consent(sc *scene, p *passage) {
	sc.Heading, sc.Intro = v.say("consentHeading", brand), v.say("consentText", brand)
	sc.Buttons = v.decide("consentAccept", "consentDecline")
	v.spring(sc, p)
}

func (v *variant) terms(sc *scene, _ *passage) {
	sc.Heading, sc.Intro, sc.Buttons = v.say("termsHeading"), v.say("termsText"), v.decide("termsAccept", "termsDecline")
}

func (v *variant) offer(sc *scene, _ *passage) {
	sc.Heading, sc.Intro, sc.Buttons = v.say("offerHeading"), v.say("offerText"), v.decide("offerAccept", "offerDecline")
}
