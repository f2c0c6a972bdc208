package store_test

import (
	"errors"
	"strings"
	"testing"

	"chatd/store"
)

func TestUserNamesHaveTheMarksOfTheirLanguages(t *testing.T) {
	t.Parallel()
	for language, list := range map[string][]string{
		"Hindi":      {"देवी", "लक्ष्मी", "फ़िरोज़", "ज़िंदगी", "कृष्णमूर्ति", "चाँदनी", "ज़ैनब"},
		"Thai":       {"สมชาย", "สิทธิ์", "กิ่งแก้ว", "เพ็ญศรี", "ผู้ใหญ่", "น้ํา"},
		"Vietnamese": {"Nguyễn", "Hồng.Nhật", "Đặng", "Thuỳ", "Nguyễn", "Lê_Thị_Mỹ", "Trương", "Hờ"},
		"Yoruba":     {"Ọláyínká", "Adébáyọ̀", "Ṣọlá", "Bọ́lá", "Adébáyò̩", "Ẹniọlá", "Ọ́", "As̩a"},
		"Burmese":    {"ဖြိုး", "နွေးနွေး", "လှိုင်", "မြို့"},
		"Tamil":      {"கார்த்திக்"}, "Bengali": {"সুব্রত", "রাঁধুনি"}, "Khmer": {"សុភ័ក្ត្រ"}, "Tibetan": {"བསྒྲུབས"},
		"Arabic": {"مُحَمَّد", "أحمد"}, "Hebrew": {"דָּוִד"}, "Japanese": {"さくら", "が"}, "Korean": {"각"},
		"Greek": {"Ἅιδης", "ᾧδε"}, "Lithuanian": {"Rūta", "ė́"}, "Turkish": {"İbrahim", "Işık"}, "Russian": {"Ёлкин", "а́нна"},
		"Romanian": {"Ștefan"}, "Venda": {"ḓ́a"}, "Latvian": {"Ķ"}, "transliterated": {"Ḵhālid", "Ḥasan", "r̥ta"},
	} {
		for _, name := range list {
			if err := store.ValidUsername(name); err != nil {
				t.Errorf("%s %q (%+q): %v, want it to be valid", language, name, name, err)
			}
		}
	}
}

func TestAUserNamesMarksHideNothing(t *testing.T) {
	t.Parallel()
	for what, list := range map[string][]string{
		"too many":             {"à̄̆da", "adá̂̃̄", "z" + strings.Repeat("̊̀", 9)},
		"one twice":            {"a̖̖", "q̇̇", "กิิ", "देेवी", "क़़"},
		"overlays":             {"a̴da", "a̵", "a̶", "a̷", "a̸", "a⃒", "a⃥"},
		"underlines":           {"a̠da", "a̱", "a̲", "ad̳a", "a͇", "a͟", "a͠b", "a᪶", "a᷂", "a︫", "a︭"},
		"hardly seen":          {"a̖da", "a̗", "a̜", "a̹", "a͙", "a᳕", "a॒", "а॒"},
		"of another script":    {"aَda", "aًda", "aٰ", "adaิ", "a゙", "कَ", "かَ", "а゙", "aु"},
		"on what is no letter": {"a1́b", "a.́b", "a_̲b", "a-̣b", "१́"},
		"a dot again":          {"i̇van", "j̇a", "ı̇a"},
	} {
		for _, name := range list {
			err := store.ValidUsername(name)
			if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != "username" {
				t.Errorf("%s: %q (%+q): %v, want an InvalidError", what, name, name, err)
			}
		}
	}
}

func TestAnOldUserNameWithManyMarksStillSignsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const name = "a̲d̶a"
	w.oldName(name)
	if user, _, err := w.UserByLogin(w.ctx(), name); err != nil || user.Username != name {
		t.Errorf("%+v, %v", user, err)
	}
}
